"""Addresses of reports."""

from django.urls import path

from reports.views import goals, home, measure, portfolio, search, work

urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("goals/", goals.GoalList.as_view(), name="goals"),
    path("goals/<slug:slug>/", goals.GoalPage.as_view(), name="goal"),
    path("measures/<slug:slug>/", measure.MeasurePage.as_view(), name="measure"),
    path("my-work/", work.MyWork.as_view(), name="my-work"),
    path("search/", search.Search.as_view(), name="search"),
    path("portfolio/", portfolio.Portfolio.as_view(), name="portfolio"),
]
