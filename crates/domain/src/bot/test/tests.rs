use super::*;
use crate::bot::HandoffReason;
use std::cell::Cell;

const QUEUES: [u128; 2] = [71, 72];

fn queues() -> Vec<(QueueId, String)> {
    vec![
        (QueueId(Uuid::from_u128(QUEUES[0])), "Front desk".to_owned()),
        (QueueId(Uuid::from_u128(QUEUES[1])), "Billing".to_owned()),
    ]
}

/// A test with what is around it.
struct Played {
    test: Test,
    count: Cell<u128>,
    queues: Vec<(QueueId, String)>,
}

impl Played {
    fn open() -> Self {
        Self { test: Test::open("en"), count: Cell::new(0), queues: queues() }
    }

    fn act(&mut self, act: Act<'_>) -> Result<Vec<Event>, Refused> {
        let count = &self.count;
        self.test.act(act, Instant::default(), || {
            count.set(count.get() + 1);
            Uuid::from_u128(count.get())
        })
    }

    /// An answer after so many milliseconds.
    fn settle(&mut self, event: Event, body: &Value, took: u64) -> Option<Event> {
        let answered = Answered::read(body.to_string().as_bytes());
        self.came(event, Some(&answered), took)
    }

    fn came(&mut self, event: Event, answered: Option<&Answered>, took: u64) -> Option<Event> {
        let house = House { queues: &self.queues, fallback: QueueId(Uuid::from_u128(QUEUES[0])), silence_seconds: 2 };
        let error = answered.is_none().then(|| "no connection".to_owned());
        self.test.sequence += 1;
        let told = crate::bot::BotEvent {
            kind: event.kind.clone(),
            session: String::new(),
            conversation: String::new(),
            sequence: self.test.sequence,
            at: String::new(),
            data: event.data.clone(),
        };
        let body = serde_json::to_string(&told).unwrap();
        let turn = Turn {
            sent: Some(Sent { webhook_id: None, kind: event.kind.clone(), body }),
            received: Some(Received::of(Some(200), took, b"", error)),
            ..Turn::of(event.cause, Instant::default())
        };
        let count = &self.count;
        self.test.settle(event, turn, answered.ok_or(()), &house, || {
            count.set(count.get() + 1);
            Uuid::from_u128(count.get())
        })
    }

    fn say(&mut self, text: &str, body: &Value) -> Option<Event> {
        let event = self.act(Act::Say(text)).unwrap().pop().unwrap();
        self.settle(event, body, 10)
    }

    fn last(&self) -> &Turn {
        self.test.turns.last().unwrap()
    }
}

fn message(text: &str, buttons: Value) -> Value {
    json!({ "actions": [{ "type": "message", "text": text, "buttons": buttons }] })
}

#[test]
fn a_dialogue_with_buttons_ends_with_people_and_their_brief() {
    let mut played = Played::open();
    assert_eq!(played.say("my order 48213 leaks", &message("Is it a kettle?", json!(["Yes", "No"]))), None);
    assert_eq!((played.test.buttons.len(), played.last().control), (2, Control::Bot));
    assert_eq!(played.act(Act::Press("Maybe")), Err(Refused::Button));
    let pressed = played.act(Act::Press("Yes")).unwrap().pop().unwrap();
    let message = &pressed.data["message"];
    assert_eq!((&message["text"], &message["type"]), (&Value::Null, &json!("interactive")));
    assert_eq!(message["choice"], json!({ "title": "Yes", "payload": "Yes" }));
    let over = json!({ "actions": [{ "type": "handoff", "reason": { "code": "requested" }, "slots": { "order": 48213 },
                                     "target": { "queue": "billing" }, "sentiment": 9, "context": { "step": 3 } },
                                   { "type": "message", "text": "Bye" }] });
    assert_eq!(played.settle(pressed, &over, 10), None);
    let turn = played.last();
    assert_eq!((turn.control, turn.outcomes.len()), (Control::Queue, 2));
    let handed = turn.outcomes[0].handed.as_ref().unwrap();
    assert_eq!((handed.queue_name.as_str(), handed.brief.reason.as_str()), ("Billing", "requested"));
    assert!(handed.brief.facts.iter().any(|fact| fact.name == "order" && fact.value == "48213"), "{:?}", handed.brief);
    assert!(handed.brief.problem.as_ref().is_some_and(|problem| problem.text.contains("leaks")));
    assert!(turn.outcomes[0].problem.as_ref().unwrap().starts_with("sentiment: left out"));
    assert!(!turn.outcomes[1].performed, "what comes after a hand-off");

    // People have it: the bot is told nothing until they give it back, with what it gave along.
    assert_eq!(played.act(Act::Say("hello?")), Ok(vec![]));
    assert_eq!((played.last().sent.is_none(), played.last().control), (true, Control::Queue));
    let events = played.act(Act::Return("it is paid")).unwrap();
    assert_eq!(events.iter().map(|e| e.kind.as_str()).collect::<Vec<_>>(), ["handoff.accepted", "session.returned"]);
    let data = &events[1].data;
    assert_eq!((&data["note"], &data["context"]["step"]), (&json!("it is paid"), &json!(3)));
    assert_eq!((&data["customer_waits"], &data["last_message"]), (&json!(true), &json!("hello?")));
    assert_eq!(played.act(Act::Return("")), Err(Refused::Held));
}

#[test]
fn silence_lateness_and_failure_bring_people_and_the_bot_is_told_why() {
    let mut played = Played::open();
    let next = played.say("hello", &json!({})).unwrap();
    assert_eq!((next.kind.as_str(), &next.data["reason"]), ("session.taken", &json!("bot_unresponsive")));
    assert_eq!(played.last().taken_over.as_ref().unwrap().after_seconds, 2);
    // What it says to that is too late.
    assert_eq!(played.settle(next, &message("Wait", json!([])), 10), None);
    assert!(!played.last().outcomes[0].performed);

    let mut played = Played::open();
    let event = played.act(Act::Say("hello")).unwrap().pop().unwrap();
    let next = played.settle(event, &message("Here I am", json!([])), 2_500).unwrap();
    assert_eq!(next.data["reason"], "bot_unresponsive");
    assert!(played.last().outcomes[0].problem.as_ref().unwrap().starts_with("too late"));
    assert!(played.test.lines.iter().all(|line| line.speaker == Speaker::Customer), "not said");

    let mut played = Played::open();
    let next = played.say("I want a person", &message("Why?", json!([]))).unwrap();
    assert_eq!((&next.data["reason"], played.last().control), (&json!("requested"), Control::Queue));
    assert!(played.last().outcomes[0].performed);

    let mut played = Played::open();
    let event = played.act(Act::Attach).unwrap().pop().unwrap();
    assert_eq!(event.data["message"]["text"], Value::Null);
    assert_eq!(played.came(event, None, 10), None);
    let over = played.last().taken_over.as_ref().unwrap();
    assert_eq!((over.reason.as_str(), over.handed.queue_name.as_str()), ("bot_failed", "Front desk"));
    assert!(played.test.dialogue().is_empty(), "what it did not take is not kept");
}

#[test]
fn agents_take_it_and_what_is_over_is_over() {
    let mut played = Played::open();
    let events = played.act(Act::Take).unwrap();
    assert_eq!(events.iter().map(|e| e.kind.as_str()).collect::<Vec<_>>(), ["session.taken", "handoff.accepted"]);
    assert_eq!(played.act(Act::Take), Err(Refused::Taken));
    assert_eq!(played.act(Act::End), Ok(vec![]), "people had it: the bot is not told");
    assert_eq!(played.act(Act::Say("hello")), Err(Refused::Ended));
    let mut played = Played::open();
    assert_eq!(played.act(Act::End).unwrap()[0].kind, "session.closed");
    let mut played = Played::open();
    assert_eq!(played.act(Act::Say(" ")), Err(Refused::Text));
    assert_eq!(played.act(Act::Say(&"x".repeat(LONGEST_TEXT + 1))), Err(Refused::Text));
    played.test.turns = vec![Turn::of(Cause::Wrote, Instant::default()); MOST_TURNS];
    assert_eq!(played.act(Act::Say("hello")), Err(Refused::Full));
}

#[test]
fn what_cannot_be_shown_is_named_and_a_list_stands_for_bad_buttons() {
    let mut played = Played::open();
    let odd = json!({ "actions": [{ "type": "dance" }, { "type": "message", "text": " " },
                                  { "type": "message", "text": "Which?", "buttons": ["a", "a"] }] });
    assert_eq!(played.say("hello", &odd), None);
    let turn = played.last();
    assert!(turn.unread.as_ref().unwrap().contains("unknown variant `dance`"));
    assert!(!turn.outcomes[0].performed);
    assert_eq!(turn.outcomes[1].text.as_deref(), Some("Which?\n\n1. a\n2. a"));
    assert!(turn.outcomes[1].problem.as_ref().unwrap().contains("shown as a list"));
}

#[test]
fn a_dialogue_that_was_kept_is_played_again_and_compared() {
    let mut played = Played::open();
    played.say("hello", &message("Hi", json!([])));
    let over = json!({ "actions": [{ "type": "handoff", "reason": { "code": "requested" } }] });
    played.say("a person please", &over);
    let steps = played.test.dialogue();
    assert_eq!(steps.len(), 2);

    let mut again = Played::open();
    for (step, body) in steps.iter().zip([message("Good day", json!([])), over]) {
        let event = again.test.replayed(step, || Uuid::from_u128(9));
        assert_eq!(event.data, step.data);
        assert_eq!(again.settle(event, &body, 10), None);
    }
    let differs: Vec<_> = again.test.turns.iter().map(Turn::differs).collect();
    assert_eq!(differs, [Some(true), Some(false)]);
    assert_eq!(again.test.turns[1].text.as_deref(), Some("a person please"));
    let event = again.test.replayed(&steps[0], || Uuid::from_u128(9));
    again.came(event, None, 10);
    assert_eq!(again.last().differs(), Some(true), "no answer is another answer");
}

#[test]
fn a_later_hand_off_adds_to_the_brief_but_its_own_words_come_back() {
    let mut played = Played::open();
    let over = |slots: Value| json!({ "actions": [{ "type": "handoff", "slots": slots }] });
    played.say("order 48213", &over(json!({ "order": "48213" })));
    for event in played.act(Act::Return("")).unwrap() {
        played.settle(event, &json!({ "actions": [{ "type": "message", "text": "Hello again" }] }), 10);
    }
    played.say("it is red", &over(json!({ "colour": "red" })));
    let handed = played.last().outcomes[0].handed.as_ref().unwrap();
    let names: Vec<&str> = handed.brief.facts.iter().map(|fact| fact.name.as_str()).collect();
    assert!(names.contains(&"order") && names.contains(&"colour"), "{names:?}");
    let events = played.act(Act::Return("")).unwrap();
    assert_eq!(events.last().unwrap().data["slots"], json!({ "colour": "red" }));
    assert_eq!(played.test.given.reason, HandoffReason::default());
}
