"""Addresses of ideas."""

from django.urls import path

from intake.views import decisions, feasibility, idea, ideas, moves, share, workspace

urlpatterns = [
    path("ideas/", ideas.IdeaList.as_view(), name="ideas"),
    path("ideas/new/", share.IdeaNew.as_view(), name="idea-new"),
    path("ideas/similar/", share.SimilarIdeas.as_view(), name="similar-ideas"),
    path("ideas/drafts/<slug:key>/", share.IdeaDraft.as_view(), name="idea-draft"),
    path("ideas/drafts/<slug:key>/autosave/", share.IdeaAutosave.as_view(), name="idea-autosave"),
    path("ideas/drafts/<slug:key>/check/", share.IdeaCheck.as_view(), name="idea-check"),
    path("ideas/drafts/<slug:key>/discard/", share.IdeaDiscard.as_view(), name="idea-discard"),
    path("ideas/drafts/<slug:key>/attach/", share.DraftAttach.as_view(), name="draft-attach"),
    path("ideas/drafts/<slug:key>/co-authors/", share.DraftCoAuthors.as_view(), name="draft-co-authors"),
    path("ideas/<int:number>/sent/", share.IdeaSent.as_view(), name="idea-sent"),
    path("ideas/<int:number>/edit/", share.IdeaEdit.as_view(), name="idea-edit"),
    path("ideas/<int:number>/again/", share.IdeaAgain.as_view(), name="idea-again"),
    path("ideas/<int:number>/", idea.IdeaOverview.as_view(), name="idea"),
    path("ideas/<int:number>/discussion/", idea.IdeaDiscussion.as_view(), name="idea-discussion"),
    path("ideas/<int:number>/discussion/<int:pk>/", idea.QuestionAnswer.as_view(), name="question-answer"),
    path("ideas/<int:number>/decision/", idea.IdeaDecision.as_view(), name="idea-decision"),
    path("ideas/<int:number>/history/", idea.IdeaHistory.as_view(), name="idea-history"),
    path("ideas/<int:number>/follow/", idea.IdeaFollow.as_view(), name="idea-follow"),
    path("ideas/<int:number>/support/", idea.IdeaSupport.as_view(), name="idea-support"),
    path("ideas/<int:number>/back/", idea.IdeaBack.as_view(), name="idea-back"),
    path("ideas/<int:number>/ask/", idea.IdeaAsk.as_view(), name="idea-ask"),
    path("ideas/<int:number>/second-look/", idea.IdeaSecondLook.as_view(), name="idea-second-look"),
    path("ideas/<int:number>/restrict/", idea.IdeaRestrict.as_view(), name="idea-restrict"),
    path("ideas/<int:number>/widen/", idea.IdeaWiden.as_view(), name="idea-widen"),
    path("ideas/<int:number>/conflict/", idea.IdeaConflict.as_view(), name="idea-conflict"),
    path("ideas/<int:number>/case/", idea.IdeaCase.as_view(), name="idea-case"),
    path("ideas/<int:number>/attach/", idea.IdeaAttach.as_view(), name="idea-attach"),
    path("ideas/<int:number>/co-authors/", idea.IdeaCoAuthors.as_view(), name="idea-co-authors"),
    path("ideas/<int:number>/co-authors/<int:pk>/remove/", idea.CoAuthorRemove.as_view(), name="co-author-remove"),
    path("ideas/<int:number>/moves/<slug:move>/", moves.IdeaMove.as_view(), name="idea-move"),
]

# The workspace
urlpatterns += [
    path("queue/", workspace.Queue.as_view(), name="queue"),
    path("board/", workspace.Board.as_view(), name="board"),
    path("ideas/<int:number>/first-look/", workspace.FirstLook.as_view(), name="idea-triage"),
    path("ideas/<int:number>/first-look/assign/", workspace.Assign.as_view(), name="idea-assign"),
    path("ideas/<int:number>/first-look/size/", workspace.SetSize.as_view(), name="idea-size"),
    path("ideas/<int:number>/first-look/value/", workspace.SetValue.as_view(), name="idea-value"),
    path("feasibility/mine/", feasibility.MyFeasibility.as_view(), name="my-feasibility"),
    path("ideas/<int:number>/feasibility/", feasibility.Feasibility.as_view(), name="idea-feasibility"),
    path("ideas/<int:number>/disciplines/", feasibility.Disciplines.as_view(), name="idea-disciplines"),
    path("ideas/<int:number>/reviews/<int:pk>/", feasibility.WriteReview.as_view(), name="review"),
    path("ideas/<int:number>/reviews/<int:pk>/take/", feasibility.TakeReview.as_view(), name="review-take"),
    path("ideas/<int:number>/conditions/<int:pk>/met/", feasibility.MeetCondition.as_view(), name="condition-met"),
    path("ideas/<int:number>/promise/", feasibility.NamePromise.as_view(), name="idea-promise"),
    path("ideas/<int:number>/promise/none/", feasibility.NoPromise.as_view(), name="idea-no-promise"),
    path("ideas/<int:number>/promise/<int:pk>/end/", feasibility.EndPromise.as_view(), name="promise-end"),
    path("decisions/", decisions.Decisions.as_view(), name="decisions"),
    path("ideas/<int:number>/packet/", decisions.Packet.as_view(), name="idea-packet"),
    path("ideas/<int:number>/decision-day/", decisions.PlanDecision.as_view(), name="idea-decision-day"),
    path("ideas/<int:number>/no/", decisions.ProposeNo.as_view(), name="idea-no"),
    path("ideas/<int:number>/no/take-back/", decisions.TakeBackNo.as_view(), name="idea-no-take-back"),
]
