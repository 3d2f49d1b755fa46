"""Addresses of goals."""

from django.urls import path

from goals import views

urlpatterns = [
    path("goals/new/", views.GoalNew.as_view(), name="goal-new"),
    path("goals/<slug:slug>/change/", views.GoalChange.as_view(), name="goal-change"),
    path("goals/<slug:slug>/objectives/new/", views.ObjectiveNew.as_view(), name="objective-new"),
    path("objectives/<int:pk>/measures/new/", views.MeasureNew.as_view(), name="measure-new"),
    path("measures/<slug:slug>/change/", views.MeasureChange.as_view(), name="measure-change"),
    path("measures/<slug:slug>/values/new/", views.MeasurementNew.as_view(), name="measurement-new"),
    path("measures/<slug:slug>/values/<int:pk>/", views.MeasurementCorrect.as_view(), name="measurement-correct"),
]
