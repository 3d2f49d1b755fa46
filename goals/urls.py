"""Addresses of goals."""

from django.urls import path

from goals.views import agreements, indexes, measures, uploads

urlpatterns = [
    path("goals/new/", measures.GoalNew.as_view(), name="goal-new"),
    path("goals/<slug:slug>/change/", measures.GoalChange.as_view(), name="goal-change"),
    path("goals/<slug:slug>/objectives/new/", measures.ObjectiveNew.as_view(), name="objective-new"),
    path("objectives/<int:pk>/measures/new/", measures.MeasureNew.as_view(), name="measure-new"),
    path("measures/<slug:slug>/change/", measures.MeasureChange.as_view(), name="measure-change"),
    path("measures/<slug:slug>/values/new/", measures.MeasurementNew.as_view(), name="measurement-new"),
    path("measures/<slug:slug>/values/bring/", uploads.ValuesBring.as_view(), name="measure-bring"),
    path("measures/<slug:slug>/uploads/<int:pk>/", uploads.UploadPage.as_view(), name="measure-upload"),
    path("measures/<slug:slug>/values/<int:pk>/", measures.MeasurementCorrect.as_view(), name="measurement-correct"),
    path("plans/new/", measures.PlanNew.as_view(), name="plan-new"),
    path("plans/<int:pk>/change/", measures.PlanChange.as_view(), name="plan-change"),
    path("goals/<slug:slug>/move/", measures.GoalMove.as_view(), name="goal-move"),
    path("objectives/<int:pk>/change/", measures.ObjectiveChange.as_view(), name="objective-change"),
    path("measures/<slug:slug>/end/", measures.MeasureEnd.as_view(), name="measure-end"),
    path("measures/<slug:slug>/notes/new/", measures.AnnotationNew.as_view(), name="annotation-new"),
    path("measures/<slug:slug>/notes/<int:pk>/", measures.AnnotationTakeBack.as_view(), name="annotation-take-back"),
    path("measures/<slug:slug>/index/make/", indexes.IndexMake.as_view(), name="index-make"),
    path("measures/<slug:slug>/index/", indexes.IndexChange.as_view(), name="index-change"),
    path("together/", agreements.AgreementList.as_view(), name="agreements"),
    path("together/new/", agreements.AgreementNew.as_view(), name="agreement-new"),
    path("together/<slug:slug>/", agreements.AgreementPage.as_view(), name="agreement"),
    path("together/<slug:slug>/change/", agreements.AgreementChange.as_view(), name="agreement-change"),
    path("together/<slug:slug>/measures/", agreements.AgreementMeasures.as_view(), name="agreement-measures"),
    path("together/<slug:slug>/invite/", agreements.AgreementInvite.as_view(), name="agreement-invite"),
    path("together/<slug:slug>/positions/<int:pk>/", agreements.PositionState.as_view(), name="position"),
    path("together/<slug:slug>/positions/<int:pk>/sign/", agreements.PositionSign.as_view(), name="position-sign"),
    path("together/<slug:slug>/record/new/", agreements.RemarkNew.as_view(), name="remark-new"),
    path("together/<slug:slug>/record/<int:pk>/", agreements.RemarkSettle.as_view(), name="remark-settle"),
    path("together/<slug:slug>/data/new/", agreements.ElementNew.as_view(), name="element-new"),
    path("together/<slug:slug>/data/<int:pk>/", agreements.ElementChange.as_view(), name="element-change"),
    path("together/<slug:slug>/data/<int:pk>/ask/", agreements.DataAsk.as_view(), name="data-ask"),
    path("data-requests/<int:pk>/", agreements.DataRequestPage.as_view(), name="data-request"),
    path("data-requests/<int:pk>/answer/", agreements.DataAnswer.as_view(), name="data-answer"),
    path("data-requests/<int:pk>/take-back/", agreements.DataTakeBack.as_view(), name="data-take-back"),
]
