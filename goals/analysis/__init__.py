"""The statistics of measures: pure functions over arrays, without models, requests or words for pages."""
