"""Addresses of projects."""

from django.urls import include, path

from projects.views import act, listing, page, results

of_project = [
    path("", page.ProjectPage.as_view(), name="project"),
    path("moves/<slug:move>/", page.ProjectMove.as_view(), name="project-move"),
    path("manager/", act.NameManager.as_view(), name="project-manager"),
    path("ready/<slug:kind>/plan/", act.PlanLine.as_view(), name="ready-plan"),
    path("ready/<slug:kind>/close/", act.CloseLine.as_view(), name="ready-close"),
    path("ready/<slug:kind>/waive/", act.WaiveLine.as_view(), name="ready-waive"),
    path("end/", act.PlanEnd.as_view(), name="project-end"),
    path("milestones/new/", act.MilestoneNew.as_view(), name="milestone-new"),
    path("milestones/<int:pk>/", act.MilestoneChange.as_view(), name="milestone"),
    path("budget/", act.SetBudget.as_view(), name="project-budget"),
    path("report/", act.Report.as_view(), name="project-report"),
    path("report/unchanged/", act.NothingChanged.as_view(), name="project-unchanged"),
    path("hold/", act.Hold.as_view(), name="project-hold"),
    path("resume/", act.Resume.as_view(), name="project-resume"),
    path("ask-to-cancel/", act.AskToCancel.as_view(), name="project-ask-to-cancel"),
    path("check-ins/<int:pk>/", results.AnswerCheckIn.as_view(), name="check-in"),
    path("check-ins/<int:pk>/skip/", results.SkipCheckIn.as_view(), name="check-in-skip"),
    path("benefits/new/", act.PromiseBenefit.as_view(), name="benefit-new"),
    path("benefits/<int:pk>/", results.ConfirmBenefit.as_view(), name="benefit"),
    path("check-ins/new/", results.AddCheckIn.as_view(), name="check-in-new"),
    path("outcomes/<int:pk>/", results.OutcomePage.as_view(), name="outcome"),
    path("outcomes/<int:pk>/what-else/", results.TellWhatElse.as_view(), name="outcome-tell"),
    path("outcomes/<int:pk>/readings/new/", results.AddReading.as_view(), name="outcome-reading"),
    path("lessons/new/", results.AddLesson.as_view(), name="lesson-new"),
    path("helped/", results.SayWhetherItHelped.as_view(), name="project-helped"),
]

urlpatterns = [
    path("projects/", listing.ProjectList.as_view(), name="projects"),
    path("projects/<int:number>/", include(of_project)),
    path("ideas/<int:number>/project/", page.IdeaProject.as_view(), name="idea-project"),
]
