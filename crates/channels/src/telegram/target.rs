//! Where an answer goes: a chat, and what must be named within it.

use serde_json::{Value, json};

/// What is named beside the chat (Bot API "sendMessage").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// A topic of a forum.
    Topic,
    /// A topic of a channel's direct messages.
    Direct,
    /// The connection to the account of a business.
    Business,
}

impl Within {
    const ALL: [Self; 3] = [Self::Topic, Self::Direct, Self::Business];

    /// Its mark in a thread.
    fn mark(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Direct => "direct",
            Self::Business => "business",
        }
    }

    /// The parameter of a send.
    fn parameter(self) -> &'static str {
        match self {
            Self::Topic => "message_thread_id",
            Self::Direct => "direct_messages_topic_id",
            Self::Business => "business_connection_id",
        }
    }
}

/// A chat, written as the thread of a session: `-1001`, `-1001/topic:7`, `5/business:abc`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub chat: String,
    pub within: Option<(Within, String)>,
}

impl Target {
    /// As a thread.
    pub(super) fn thread(&self) -> String {
        match &self.within {
            Some((within, id)) => format!("{}/{}:{id}", self.chat, within.mark()),
            None => self.chat.clone(),
        }
    }

    /// Out of a thread, or a chat alone.
    pub(super) fn of(thread: &str) -> Self {
        let read = |(chat, part): (&str, &str)| {
            let (mark, id) = part.split_once(':')?;
            let within = Within::ALL.into_iter().find(|within| within.mark() == mark)?;
            Some(Self { chat: chat.to_owned(), within: Some((within, id.to_owned())) })
        };
        thread.split_once('/').and_then(read).unwrap_or_else(|| Self { chat: thread.to_owned(), within: None })
    }

    /// The parameters of a send; numbers are numbers.
    pub(super) fn parameters(&self) -> impl Iterator<Item = (&'static str, Value)> {
        let within = self.within.as_ref().map(|(within, id)| {
            let number = id.parse::<i64>().ok().filter(|_| *within != Within::Business);
            (within.parameter(), number.map_or_else(|| json!(id), |number| json!(number)))
        });
        [("chat_id", json!(self.chat))].into_iter().chain(within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_names_the_chat_and_what_is_within() {
        for thread in ["-1001", "-1001/topic:7", "-1001/direct:8", "5/business:a:b/c"] {
            assert_eq!(Target::of(thread).thread(), thread);
        }
        let parameters = |thread: &str| Target::of(thread).parameters().collect::<Vec<_>>();
        assert_eq!(parameters("-1001/topic:7"), [("chat_id", json!("-1001")), ("message_thread_id", json!(7))]);
        assert_eq!(parameters("5/business:77"), [("chat_id", json!("5")), ("business_connection_id", json!("77"))]);
        assert_eq!(parameters("@name"), [("chat_id", json!("@name"))]);
    }
}
