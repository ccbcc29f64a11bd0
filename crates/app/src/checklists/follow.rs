//! Next steps in a conversation: suggested by what the customer asks for, followed or left, ticked one by one.

use super::ChecklistRefused;
use crate::{App, authz::Subject, conversations::topics};
use meridian_domain::{
    checklist::{self, Answer, Mark, REMARK, Step, Wrong},
    ids::{ChecklistId, ConversationId},
    live::Change,
    people::Permission,
    work::Lifecycle,
};
use meridian_store::{
    WriteTx,
    checklists::{self as store, Checklist, Told, Use},
    conversations::{self, Conversation},
};

/// The next steps of a conversation.
#[derive(Debug, Clone)]
pub struct Shown {
    /// What the customer asks for now.
    pub intent: Option<String>,
    /// The checklist to suggest for it.
    pub suggested: Option<Checklist>,
    /// What was answered, oldest first.
    pub uses: Vec<Use>,
}

/// What is shown of what is known.
pub fn shown(told: Told) -> Shown {
    let Told { heard, brief, kept, uses, .. } = told;
    let now = checklist::asked(&heard, brief.as_deref()).next().map(str::to_owned);
    let by_intent: Vec<(String, ChecklistId)> =
        kept.iter().flat_map(|one| one.intents.iter().map(|intent| (intent.clone(), one.id))).collect();
    let answers: Vec<_> = uses.iter().map(Use::answered).collect();
    let found = checklist::suggested(now.as_deref(), &by_intent, &answers);
    let suggested = kept.into_iter().find(|one| Some(one.id) == found);
    Shown { intent: now, suggested, uses }
}

/// The conversation under lock, for who holds it or steers the floor.
async fn held(tx: &mut WriteTx, subject: &Subject, id: ConversationId) -> Result<Conversation, ChecklistRefused> {
    let conversation = conversations::lock(tx, id).await?.ok_or(ChecklistRefused::NotFound("conversation"))?;
    let mine = conversation.owner_agent.is_some() && conversation.owner_agent == subject.agent_id();
    if !mine && !subject.may(Permission::SteerFloor) {
        return Err(ChecklistRefused::NotOwner);
    }
    if conversation.lifecycle == Lifecycle::Resolved {
        return Err(ChecklistRefused::Resolved);
    }
    Ok(conversation)
}

/// Follows a checklist in a conversation, suggested or chosen by hand; or leaves it, and puts it away where it was
/// followed. Said again it changes nothing.
pub async fn answer(
    app: &App,
    subject: &Subject,
    id: ConversationId,
    list: ChecklistId,
    accepted: bool,
) -> Result<(), ChecklistRefused> {
    subject.require(Permission::HandleWork)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let conversation = held(&mut tx, subject, id).await?;
    let known = store::find(&mut tx, list).await?.ok_or(ChecklistRefused::NotFound("checklist"))?;
    let told = store::told(&mut tx, &[id.0]).await?.pop().ok_or(ChecklistRefused::NotFound("conversation"))?;
    let before = told.uses.iter().find(|one| one.checklist == list);
    let meant = checklist::meant(checklist::asked(&told.heard, told.brief.as_deref()), &known.intents);
    let answer = if accepted { Answer::Followed } else { Answer::Ignored };
    let again = before.is_some_and(|one| {
        let said = |intent| one.ignored_for.iter().any(|ignored| ignored == intent);
        one.answer == answer && (accepted || meant.is_none_or(said))
    });
    if again {
        return Ok(());
    }
    if accepted && known.archived_at.is_some() {
        return Err(ChecklistRefused::State("this checklist is out of use"));
    }
    if !accepted && before.is_none() && meant.is_none() {
        return Err(ChecklistRefused::State("this checklist is not suggested here"));
    }
    store::answer(&mut tx, id, &known, answer, meant).await?;
    tx.live(&topics(&conversation, None), Change::Conversation { conversation: id });
    Ok(tx.commit().await?)
}

/// What is said of a step.
#[derive(Debug, Clone, Copy)]
pub struct Tick<'a> {
    /// Its place in the checklist, from 1.
    pub place: i32,
    /// Whether it is done.
    pub done: bool,
    /// For colleagues; empty = none; left as it is when there is nothing.
    pub remark: Option<&'a str>,
}

/// Ticks a step of a checklist that is followed, or takes the tick back. Said again it changes nothing.
pub async fn tick(
    app: &App,
    subject: &Subject,
    id: ConversationId,
    list: ChecklistId,
    tick: Tick<'_>,
) -> Result<(), ChecklistRefused> {
    subject.require(Permission::HandleWork)?;
    let remark = tick.remark.map(str::trim);
    if remark.is_some_and(|text| text.chars().count() > REMARK) {
        let problem = format!("a remark has at most {REMARK} characters");
        return Err(Wrong { place: "remark".to_owned(), problem }.into());
    }
    let mut tx = app.db.write(subject.scope()).await?;
    let conversation = held(&mut tx, subject, id).await?;
    let uses = store::uses(&mut tx, id).await?;
    let followed = |one: &&Use| one.checklist == list && one.answer == Answer::Followed;
    let found = uses.iter().find(followed).ok_or(ChecklistRefused::NotFound("checklist that is followed here"))?;
    let place = usize::try_from(tick.place).ok().filter(|place| (1..=found.steps.len()).contains(place));
    let place = place.ok_or(ChecklistRefused::NotFound("step"))?;
    let mark = found.marks.get(&place);
    let remark = remark.or_else(|| mark.map(|mark| mark.remark.as_str())).unwrap_or_default();
    if mark.map_or((false, ""), |mark| (mark.done, mark.remark.as_str())) == (tick.done, remark) {
        return Ok(());
    }
    let mut marks = found.marks.clone();
    marks.insert(place, Mark { done: tick.done, by: None, at: found.answered_at, remark: String::new() });
    let complete = checklist::complete(&found.steps, &marks);
    store::mark(&mut tx, id, list, (place, tick.done, remark), complete).await?;
    tx.live(&topics(&conversation, None), Change::Conversation { conversation: id });
    Ok(tx.commit().await?)
}

/// Checklists that are followed in a conversation and have steps open that must be done, with these.
pub(crate) async fn left_open(
    tx: &mut WriteTx,
    id: ConversationId,
) -> Result<Vec<(ChecklistId, Vec<Step>)>, meridian_store::StoreError> {
    let uses = store::uses(tx, id).await?;
    let followed = uses.iter().filter(|one| one.answer == Answer::Followed);
    let open = followed.map(|one| (one.checklist, checklist::open(&one.steps, &one.marks).cloned().collect()));
    Ok(open.filter(|(_, steps): &(_, Vec<Step>)| !steps.is_empty()).collect())
}

/// Keeps why steps that must be done are left open.
pub(crate) async fn leave_open(
    tx: &mut WriteTx,
    id: ConversationId,
    lists: &[ChecklistId],
    reason: &str,
) -> Result<(), meridian_store::StoreError> {
    let ids: Vec<_> = lists.iter().map(|list| list.0).collect();
    store::left_open(tx, id, &ids, reason).await
}
