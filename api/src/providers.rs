//! The channels' adapters, as the use cases see them.

use futures_util::future::BoxFuture;
use meridian_app::providers::Providers;
use meridian_channels::{Http, bots, complete, lookup, registry};
use meridian_domain::{
    amendment::Whom,
    assistant::{Ask, Completed},
    bot::{self, Posting},
    channel::{AccountConfig, Capabilities, ChannelKind, Setting},
    event::Identifier,
    lookup::{Exchange, Question},
    outbound::{Accepted, OutboundMessage, SendError},
    template::{TemplateState, Wording},
};

/// The registry of adapters over the guarded way out.
#[derive(Debug, Clone, Default)]
pub struct Adapters(pub Http);

impl Providers for Adapters {
    fn capabilities(&self, kind: ChannelKind) -> Capabilities {
        registry::get(kind).capabilities()
    }

    fn capabilities_of(&self, account: &AccountConfig) -> Capabilities {
        registry::get(account.kind).capabilities_of(account)
    }

    fn form(&self, kind: ChannelKind) -> &'static [Setting] {
        registry::get(kind).settings()
    }

    fn address(&self, kind: ChannelKind, text: &str) -> Option<Identifier> {
        registry::get(kind).address(text)
    }

    fn check<'a>(&'a self, account: &'a AccountConfig) -> BoxFuture<'a, Result<String, SendError>> {
        registry::get(account.kind).check(&self.0, account)
    }

    fn templates<'a>(
        &'a self,
        account: &'a AccountConfig,
    ) -> BoxFuture<'a, Result<Vec<(Wording, TemplateState)>, SendError>> {
        registry::get(account.kind).templates(&self.0, account)
    }

    fn reaches<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(self.0.reaches(url))
    }

    fn typing<'a>(&'a self, account: &'a AccountConfig, whom: &'a Whom) -> BoxFuture<'a, Result<(), SendError>> {
        registry::get(account.kind).typing(&self.0, account, whom)
    }

    fn tell_bot<'a>(&'a self, posting: Posting<'a>) -> BoxFuture<'a, bot::Exchange> {
        Box::pin(bots::post(&self.0, posting))
    }

    fn complete<'a>(&'a self, ask: Ask<'a>) -> BoxFuture<'a, Completed> {
        Box::pin(complete(&self.0, ask))
    }

    fn look_up<'a>(&'a self, question: Question<'a>) -> BoxFuture<'a, Exchange> {
        Box::pin(lookup::ask(&self.0, question))
    }

    fn send<'a>(
        &'a self,
        account: &'a AccountConfig,
        message: &'a OutboundMessage,
    ) -> BoxFuture<'a, Result<Accepted, SendError>> {
        registry::get(account.kind).send(&self.0, account, message)
    }
}
