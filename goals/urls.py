"""Addresses of goals."""

from django.urls import path

from goals.views import measures

urlpatterns = [
    path("goals/new/", measures.GoalNew.as_view(), name="goal-new"),
    path("goals/<slug:slug>/change/", measures.GoalChange.as_view(), name="goal-change"),
    path("goals/<slug:slug>/objectives/new/", measures.ObjectiveNew.as_view(), name="objective-new"),
    path("objectives/<int:pk>/measures/new/", measures.MeasureNew.as_view(), name="measure-new"),
    path("measures/<slug:slug>/change/", measures.MeasureChange.as_view(), name="measure-change"),
    path("measures/<slug:slug>/values/new/", measures.MeasurementNew.as_view(), name="measurement-new"),
    path("measures/<slug:slug>/values/<int:pk>/", measures.MeasurementCorrect.as_view(), name="measurement-correct"),
]
