//! What people do with buttons, shortcuts and forms (Slack "Interaction payloads").

use crate::json::{id, ignored, instant, list, pick, text};
use meridian_domain::{
    event::{Choice, Content, EventKind, Identifier, InboundEvent},
    time::Instant,
};
use serde_json::{Map, Value};

/// Answers of one form that are read.
const MOST_ANSWERS: usize = 200;

/// Reads the field `payload` of an interaction.
pub(super) fn read(payload: &Value, key: String, received: Instant) -> InboundEvent {
    let kind = text(payload, "/type").unwrap_or_default();
    let mut event = InboundEvent::new(EventKind::Message, key, received);
    let team = id(payload, "/user/team_id").or_else(|| id(payload, "/team/id")).unwrap_or_default();
    event.sender.ids =
        id(payload, "/user/id").map(|user| Identifier::channel("slack_user_id", user, team)).into_iter().collect();
    event.sender.username = text(payload, "/user/username").or_else(|| text(payload, "/user/name")).map(str::to_owned);
    event.thread = id(payload, "/channel/id");
    match kind {
        "block_actions" | "interactive_message" if payload.pointer("/actions/0").is_some() => {
            pressed(payload, &mut event);
        }
        "shortcut" | "message_action" => shortcut(payload, &mut event),
        "view_submission" => submitted(payload, &mut event),
        _ => return ignored(event.dedupe_key, received, kind),
    }
    event
}

fn pressed(payload: &Value, event: &mut InboundEvent) {
    let action = payload.pointer("/actions/0").unwrap_or(&Value::Null);
    let at = action.get("action_ts").or_else(|| payload.get("action_ts")).and_then(instant);
    event.at = at.unwrap_or(event.at);
    event.reply_to = id(payload, "/message/ts").or_else(|| id(payload, "/container/message_ts"));
    let picked = action.get("selected_option").unwrap_or(action);
    let title = text(picked, "/text/text").or_else(|| text(picked, "/text")).unwrap_or_default().to_owned();
    let payload = id(picked, "/value").or_else(|| id(action, "/action_id")).unwrap_or_default();
    let shown = Some(title.clone()).filter(|title| !title.is_empty());
    let choice = Choice { payload, title, details: Map::new() };
    event.content = Some(Content { text: shown, choice: Some(choice), ..Content::of("choice") });
    event.note("action_id", id(action, "/action_id"));
}

/// An entry of a menu: of a message, or of the whole workspace ("Shortcuts"). It has no title but its own id.
fn shortcut(payload: &Value, event: &mut InboundEvent) {
    event.at = payload.get("action_ts").and_then(instant).unwrap_or(event.at);
    event.reply_to = id(payload, "/message_ts").or_else(|| id(payload, "/message/ts"));
    let name = id(payload, "/callback_id").unwrap_or_default();
    let choice = Choice { payload: name.clone(), title: name.clone(), details: Map::new() };
    event.content = Some(Content { text: Some(name), choice: Some(choice), ..Content::of("choice") });
    event.note("interaction", text(payload, "/type"));
}

/// A form that was filled in ("Modals: view submission payload"): `state.values` holds an answer by block and action, the
/// label stands in the block.
fn submitted(payload: &Value, event: &mut InboundEvent) {
    let view = payload.get("view").unwrap_or(&Value::Null);
    let label = |block: &str| {
        let found = list(view, "blocks").find(|one| text(one, "/block_id") == Some(block))?;
        text(found, "/label/text").map(str::to_owned)
    };
    let (mut answers, mut lines) = (Map::new(), Vec::new());
    let blocks = view.pointer("/state/values").and_then(Value::as_object).into_iter().flatten();
    let each = blocks.flat_map(|(block, actions)| {
        actions.as_object().into_iter().flatten().map(move |(action, state)| (block, action, state))
    });
    for (block, action, state) in each.take(MOST_ANSWERS) {
        let (value, shown) = answer(state);
        lines.extend(shown.map(|shown| format!("{}: {shown}", label(block).unwrap_or_else(|| action.clone()))));
        let name = if answers.contains_key(action) { format!("{block}.{action}") } else { action.clone() };
        answers.insert(name, value);
    }
    let text = Some(lines.join("\n")).filter(|text| !text.is_empty());
    let extra = Value::Object(pick(view, &["callback_id", "private_metadata", "title"]));
    event.content = Some(Content { text, form: Value::Object(answers), extra, ..Content::of("form") });
}

/// The value of an input as it is kept, and as it is read ("Block elements").
fn answer(state: &Value) -> (Value, Option<String>) {
    let option = |one: &Value| id(one, "/value").unwrap_or_default();
    let title = |one: &Value| text(one, "/text/text").map_or_else(|| option(one), str::to_owned);
    if let Some(one) = state.get("selected_option").filter(|one| one.is_object()) {
        return (Value::from(option(one)), Some(title(one)));
    }
    if state.get("selected_options").is_some() {
        let picked: Vec<&Value> = list(state, "selected_options").take(MOST_ANSWERS).collect();
        let shown = picked.iter().map(|one| title(one)).collect::<Vec<_>>().join(", ");
        let values = picked.iter().map(|one| Value::from(option(one))).collect();
        return (Value::Array(values), Some(shown).filter(|shown| !shown.is_empty()));
    }
    let named = |(name, _): &(&String, &Value)| *name == "value" || name.starts_with("selected_");
    let value = state.as_object().into_iter().flatten().find(named).map_or(&Value::Null, |(_, value)| value);
    let shown = match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    (if value.is_null() { state.clone() } else { value.clone() }, shown)
}
