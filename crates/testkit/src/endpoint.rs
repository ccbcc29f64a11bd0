//! A double of an endpoint that completes chats. It records what it was asked and answers as its script or its rule says:
//! in time or late, well or badly.

use anyhow::Result;
use meridian_lab::provider::{Answer, Recorded, answer_each};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinHandle};

/// What to answer.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Words.
    Say(String),
    /// Calls of tools: names with their arguments, as written.
    Call(Vec<(String, String)>),
    /// A message of the caller's own making.
    Message(Value),
    /// Only a status.
    Status(u16),
    /// A good status with this body.
    Raw(String),
    /// After a while.
    Late(Duration, Box<Reply>),
    /// The connection is dropped.
    Hang,
}

impl Reply {
    /// One call of a tool.
    pub fn call(name: &str, arguments: &Value) -> Self {
        Self::Call(vec![(name.to_owned(), arguments.to_string())])
    }

    fn answer(self) -> (Duration, Answer) {
        let message = |message: Value, why: &str| {
            Answer::Say(
                200,
                json!({ "object": "chat.completion", "choices": [{ "index": 0, "message": message, "finish_reason": why }],
                        "usage": { "prompt_tokens": 120, "completion_tokens": 9, "total_tokens": 129 } }),
            )
        };
        let answer = match self {
            Self::Say(text) => message(json!({ "role": "assistant", "content": text }), "stop"),
            Self::Call(calls) => {
                let call = |(n, (name, arguments)): (usize, (String, String))| {
                    json!({ "id": format!("call_x{n}"), "type": "function",
                            "function": { "name": name, "arguments": arguments } })
                };
                let calls: Vec<Value> = calls.into_iter().enumerate().map(call).collect();
                message(json!({ "role": "assistant", "content": null, "tool_calls": calls }), "tool_calls")
            }
            Self::Message(own) => message(own, "stop"),
            Self::Status(status) => Answer::Say(status, json!({ "error": { "message": "no" } })),
            Self::Raw(body) => Answer::File("application/json", body.into_bytes()),
            Self::Late(after, reply) => return (after, reply.answer().1),
            Self::Hang => Answer::Hang,
        };
        (Duration::ZERO, answer)
    }
}

/// The customer's newest words in a question, as the model sees them.
pub fn asked(question: &Value) -> String {
    let messages = question["messages"].as_array().map_or(&[][..], Vec::as_slice);
    let user = messages.iter().rev().find(|one| one["role"] == "user");
    user.and_then(|one| one["content"].as_str()).unwrap_or_default().to_owned()
}

/// What tools answered in a question, oldest first.
pub fn found(question: &Value) -> Vec<String> {
    let messages = question["messages"].as_array().map_or(&[][..], Vec::as_slice);
    let tools = messages.iter().filter(|one| one["role"] == "tool");
    tools.filter_map(|one| one["content"].as_str().map(str::to_owned)).collect()
}

type Rule = Box<dyn Fn(&Value) -> Reply + Send + Sync>;

#[derive(Default)]
struct State {
    seen: Vec<Recorded>,
    script: Vec<Reply>,
}

/// The double. Dropping it stops it.
pub struct Endpoint {
    /// Base address, as it is entered for a bot.
    pub url: String,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Endpoint {
    /// Starts on a free port. What its script does not hold is answered by the rule.
    pub async fn start(rule: impl Fn(&Value) -> Reply + Send + Sync + 'static) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/v1", listener.local_addr()?);
        let state = Arc::new(Mutex::new(State::default()));
        let (shared, rule): (_, Rule) = (Arc::clone(&state), Box::new(rule));
        let respond = move |request: &Recorded| {
            let next = {
                let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
                state.seen.push(request.clone());
                (!state.script.is_empty()).then(|| state.script.remove(0))
            };
            next.unwrap_or_else(|| rule(&request.json())).answer()
        };
        let task = tokio::spawn(async move {
            let _ = answer_each(listener, respond).await;
        });
        Ok(Self { url, state, task })
    }

    /// Answers the next questions in this order.
    pub fn script(&self, replies: Vec<Reply>) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).script.extend(replies);
    }

    /// What it was asked, in order of arrival.
    pub fn seen(&self) -> Vec<Recorded> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).seen.clone()
    }
}
