"""Addresses of reports."""

from django.urls import path

from reports.views import benefits, goals, home, learning, measure, method, portfolio, scorecard, search, work

urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("goals/", goals.GoalList.as_view(), name="goals"),
    path("goals/<slug:slug>/", goals.GoalPage.as_view(), name="goal"),
    path("measures/", scorecard.MeasuresAlive.as_view(), name="measures-alive"),
    path("scorecards/<slug:code>/", scorecard.Scorecard.as_view(), name="scorecard"),
    path("measures/<slug:slug>/", measure.MeasurePage.as_view(), name="measure"),
    path("benefits/", benefits.Register.as_view(), name="benefits"),
    path("learning/", learning.Learning.as_view(), name="learning"),
    path("method/", method.Method.as_view(), name="method"),
    path("my-work/", work.MyWork.as_view(), name="my-work"),
    path("search/", search.Search.as_view(), name="search"),
    path("portfolio/", portfolio.Portfolio.as_view(), name="portfolio"),
]
