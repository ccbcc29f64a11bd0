//! The wire to and from bots: Meridian's own contract, and the calls of other bot platforms, one file a platform.

mod adapter;
mod botpress;
mod chatwoot;
mod connect;
mod dialogflow_cx;
mod dialogflow_es;
mod intercom;
mod lex;
mod native;
mod rasa;
mod read;
mod rocketchat;
mod sunshine;
#[cfg(test)]
mod tests;

pub use adapter::{Adapter, Answer, Outcome, Rules, recognise};
pub use native::{post, sign, verify};

use meridian_domain::platform::BotPlatform;

/// The adapter of a platform; none for bots that speak Meridian's own contract, and for assistants, which
/// Meridian runs itself.
pub fn adapter(platform: BotPlatform) -> Option<&'static dyn Adapter> {
    Some(match platform {
        BotPlatform::Native | BotPlatform::Assistant => return None,
        BotPlatform::DialogflowEs => &dialogflow_es::DialogflowEs,
        BotPlatform::DialogflowCx => &dialogflow_cx::DialogflowCx,
        BotPlatform::Intercom => &intercom::Intercom,
        BotPlatform::AmazonConnect => &connect::AmazonConnect,
        BotPlatform::AmazonLex => &lex::AmazonLex,
        BotPlatform::Chatwoot => &chatwoot::Chatwoot,
        BotPlatform::Rasa => &rasa::Rasa,
        BotPlatform::Botpress => &botpress::Botpress,
        BotPlatform::Sunshine => &sunshine::Sunshine,
        BotPlatform::RocketChat => &rocketchat::RocketChat,
    })
}
