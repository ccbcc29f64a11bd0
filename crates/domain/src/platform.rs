//! Bots that live on platforms of others: what such a platform tells us, in one shape, and the names by which its bots
//! ask for a person.

use crate::{
    bot::{BotIntent, CONTEXT_LIMIT, HandoffReason, HandoffRequest, HandoffTarget, TRANSCRIPT_LIMIT, TranscriptTurn},
    event::{Identifier, Sender, Verification},
    ids::BotId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

macro_rules! platforms {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// Where a bot lives: decides how its calls are verified, read and answered.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum BotPlatform {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl BotPlatform {
            /// Every platform.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stored text, also the last part of the bot's URL.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

platforms! {
    /// Speaks Meridian's own contract.
    Native = "native";
    /// Dialogflow ES fulfilment webhook.
    DialogflowEs = "dialogflow-es";
    /// Dialogflow CX webhook.
    DialogflowCx = "dialogflow-cx";
    /// Intercom notifications.
    Intercom = "intercom";
    /// Amazon Connect contact flow, forwarded by its function.
    AmazonConnect = "amazon-connect";
    /// Amazon Lex code hook, forwarded by its function.
    AmazonLex = "amazon-lex";
    /// Chatwoot agent bot.
    Chatwoot = "chatwoot";
    /// Rasa action server.
    Rasa = "rasa";
    /// Botpress HITL.
    Botpress = "botpress";
    /// Sunshine Conversations switchboard.
    Sunshine = "sunshine";
    /// Rocket.Chat omnichannel and its bot apps.
    RocketChat = "rocketchat";
    /// An endpoint that completes chats: Meridian runs the bot itself, nothing calls.
    Assistant = "assistant";
}

impl BotPlatform {
    /// Read back from the database or a URL.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|platform| platform.code() == code)
    }
}

/// What a call asks of Meridian.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ask {
    /// Nothing: something was said or changed.
    #[default]
    Nothing,
    /// A person.
    Handoff,
    /// Another integration of the platform took the conversation.
    Accepted,
    /// The platform gave the conversation back or ended it.
    Released,
}

/// The customer, as the platform knows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallUser {
    /// The platform's id.
    pub id: Option<String>,
    /// The tenant's own id, where the platform carries it.
    pub external_id: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Phone in international form, as the platform writes it.
    pub phone: Option<String>,
    /// Display name.
    pub name: Option<String>,
}

/// One call of a platform.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BotCall {
    /// Platform with the version of its format, like `dialogflow-es-v2`.
    pub format: &'static str,
    /// The platform's name of what happened; empty where it has none.
    pub event: String,
    /// The platform's id of this delivery: the same call again has the same.
    pub delivery: Option<String>,
    /// The bot's session.
    pub session: Option<String>,
    /// The platform's conversation, where it is not the session.
    pub conversation: Option<String>,
    /// Who writes.
    pub user: CallUser,
    /// What the customer said just now.
    pub text: Option<String>,
    /// What the bot or the platform's people said just now.
    pub said: Vec<String>,
    /// What was said before, oldest first.
    pub transcript: Vec<TranscriptTurn>,
    /// What the bot understood.
    pub intent: Option<BotIntent>,
    /// Facts the bot collected; nothing that is null.
    pub slots: Map<String, Value>,
    /// Everything else the bot sends along: attributes, metadata, parameters.
    pub attributes: Map<String, Value>,
    /// BCP 47.
    pub language: Option<String>,
    /// What it asks.
    pub ask: Ask,
    /// Why, as a code or in words.
    pub reason: Option<String>,
    /// Queue, department or team it names.
    pub queue: Option<String>,
    /// Number it wants the call transferred to.
    pub transfer_to: Option<String>,
    /// The bot's own summary.
    pub summary: Option<String>,
    /// The bot ends the dialogue.
    pub ended: bool,
    /// Details under the platform's own names.
    pub detail: Map<String, Value>,
}

impl BotCall {
    /// What names the dialogue: the conversation, else the session.
    pub fn thread(&self) -> Option<&str> {
        self.conversation.as_deref().or(self.session.as_deref())
    }

    /// The customer's last words, of this call or of the transcript.
    pub fn last_text(&self) -> Option<&str> {
        let before =
            || self.transcript.iter().rev().find(|turn| turn.from == "customer").map(|turn| turn.text.as_str());
        self.text.as_deref().or_else(before)
    }

    /// Whether there is anything to keep.
    pub fn says_something(&self) -> bool {
        self.text.is_some() || !self.said.is_empty() || !self.transcript.is_empty()
    }

    /// The customer as a sender: the platform's own id names the party within the bot, the rest are claims.
    pub fn sender(&self, bot: BotId) -> Sender {
        let claim = |scheme: &str, value: &Option<String>| {
            let value = value.clone()?;
            let verified = Verification::Claimed;
            Some(Identifier { scheme: scheme.to_owned(), value, scope: String::new(), verified, derived: false })
        };
        let user = &self.user;
        let own = user.id.clone().or_else(|| self.thread().map(str::to_owned));
        let named = own.map(|id| Identifier::channel("bot_user", id, bot.to_string()));
        let ids =
            [named, claim("phone_e164", &user.phone), claim("email", &user.email), claim("crm_id", &user.external_id)];
        Sender {
            ids: ids.into_iter().flatten().collect(),
            name: user.name.clone(),
            locale: self.language.clone(),
            ..Sender::default()
        }
    }

    /// The hand-off it asks for, in the words of our own contract.
    pub fn handoff(&self) -> HandoffRequest {
        let reason = self.reason.clone().unwrap_or_default();
        let is_code = !reason.is_empty() && reason.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let mut context = json!({ "platform": self.format, "session": self.session, "conversation": self.conversation,
                                  "attributes": self.attributes, "transfer_to": self.transfer_to });
        if context.to_string().len() > CONTEXT_LIMIT {
            context = json!({ "platform": self.format, "session": self.session, "conversation": self.conversation });
        }
        let from = self.transcript.len().saturating_sub(TRANSCRIPT_LIMIT);
        HandoffRequest {
            reason: HandoffReason {
                code: if is_code { reason.clone() } else { "requested".to_owned() },
                text: if is_code { String::new() } else { reason },
            },
            intent: self.intent.clone(),
            slots: self.slots.iter().take(200).map(|(name, value)| (name.clone(), value.clone())).collect(),
            language: self.language.clone(),
            target: HandoffTarget { queue: self.queue.clone() },
            summary: self.summary.clone(),
            transcript: self.transcript[from..].to_vec(),
            context,
            ..HandoffRequest::default()
        }
    }
}

/// Words of a name: `TalkToAgent`, `talk_to_agent` and `agent.talk-to` are alike.
fn words(name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    for c in name.chars() {
        let new_word = c.is_uppercase() && before.is_lowercase();
        if (new_word || !c.is_alphanumeric()) && !word.is_empty() {
            found.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    if !word.is_empty() {
        found.push(word);
    }
    found
}

/// Names that say they are about a hand-off and yet do not ask for one.
const NOT_YET: &[&str] = &[
    "options",
    "option",
    "menu",
    "ask",
    "confirm",
    "offer",
    "no",
    "not",
    "deny",
    "decline",
    "declined",
    "cancel",
    "stop",
    "end",
    "ended",
    "return",
    "returned",
    "back",
    "failed",
    "error",
    "unavailable",
    "hours",
    "availability",
    "resources",
    "resource",
    "readable",
];

/// Whether a name (of an intent, an action, a tag, a context, an attribute) asks for a person. The tenant's own names
/// come first and are exact but for case; without a match the usual names of the field decide.
pub fn asks_for_person(name: &str, own: &[String]) -> bool {
    if own.iter().any(|wanted| wanted.trim().eq_ignore_ascii_case(name.trim())) {
        return true;
    }
    if ["转人工", "轉人工", "人工客服", "人工服务", "真人"].iter().any(|asked| name.contains(asked)) {
        return true;
    }
    let words = words(name);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let pair = |a: &[&str], b: &[&str]| words.windows(2).any(|w| a.contains(&&*w[0]) && b.contains(&&*w[1]));
    if has(NOT_YET) {
        return false;
    }
    let people =
        &["agent", "human", "person", "operator", "representative", "rep", "advisor", "adviser", "humans", "agents"];
    let verbs = &[
        "talk", "speak", "chat", "connect", "transfer", "request", "live", "real", "escalate", "call", "contact",
        "need", "want", "pass", "route", "switch", "handoff",
    ];
    has(&["handoff", "handover", "escalate", "escalation", "hitl", "livechat"])
        || pair(&["hand"], &["off", "over", "offs"])
        || pair(&["live"], &["agent", "chat", "person", "support"])
        || pair(&["customer"], &["service", "representative"]) && has(&["transfer", "connect", "talk", "speak"])
        || has(&["human", "operator"])
        || has(people) && has(verbs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_ask_for_a_person_are_known_and_others_are_not() {
        for name in [
            "handoff",
            "human_handoff",
            "agent.handover",
            "TalkToAgent",
            "action_handoff",
            "Speak to a representative",
            "transfer-to-live-agent",
            "liveAgentHandoff",
            "escalate",
            "转人工客服",
            "request_human",
            "ConnectToHuman",
        ] {
            assert!(asks_for_person(name, &[]), "{name}");
        }
        for name in [
            "webhook",
            "book_flight",
            "agent_name",
            "action_handoff_options",
            "deny_handoff",
            "human_resources",
            "handle",
            "personal_details",
            "CheckBalance",
            "",
            "Default Fallback Intent",
            "utter_greet",
            "stopHitl",
            "representation",
        ] {
            assert!(!asks_for_person(name, &[]), "{name}");
        }
        assert!(asks_for_person("Team Lead", &["team lead".to_owned()]));
    }

    #[test]
    fn a_call_becomes_a_hand_off_that_passes_its_own_checks() {
        let turn = TranscriptTurn { id: None, at: None, from: "customer".into(), text: "hi".into() };
        let call = BotCall {
            format: "rasa",
            session: Some("s".into()),
            reason: Some("Asked for Maria".into()),
            transcript: vec![turn; TRANSCRIPT_LIMIT + 7],
            attributes: Map::from_iter([("blob".to_owned(), Value::from("x".repeat(CONTEXT_LIMIT)))]),
            slots: (0..300).map(|n| (n.to_string(), Value::from(n))).collect(),
            ..BotCall::default()
        };
        let request = HandoffRequest { session: Some("ses".into()), ..call.handoff() };
        assert_eq!(request.check(), Ok(()));
        assert_eq!((request.reason.code.as_str(), request.reason.text.as_str()), ("requested", "Asked for Maria"));
        assert_eq!(request.context["platform"], "rasa");
        let sender = call.sender(BotId(uuid::Uuid::nil()));
        assert_eq!((sender.ids.len(), sender.ids[0].value.as_str()), (1, "s"));
    }

    #[test]
    fn every_code_reads_back() {
        for platform in BotPlatform::ALL {
            assert_eq!(BotPlatform::from_code(platform.code()), Some(*platform));
        }
        assert_eq!(BotPlatform::from_code("skynet"), None);
    }
}
