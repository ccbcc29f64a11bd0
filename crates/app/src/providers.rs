//! The providers of channels, as the use cases see them.

use futures_util::future::BoxFuture;
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

/// What each channel can do and needs, and the way to its provider.
pub trait Providers: Send + Sync {
    /// What a kind can do.
    fn capabilities(&self, kind: ChannelKind) -> Capabilities;
    /// What an account can do: the senders of one kind may differ.
    fn capabilities_of(&self, account: &AccountConfig) -> Capabilities;
    /// The form that connects an account of a kind.
    fn form(&self, kind: ChannelKind) -> &'static [Setting];
    /// A customer's address as an admin writes it down.
    fn address(&self, kind: ChannelKind, text: &str) -> Option<Identifier>;
    /// Checks the credentials of an account by the provider's cheapest call; says whom they belong to.
    fn check<'a>(&'a self, account: &'a AccountConfig) -> BoxFuture<'a, Result<String, SendError>>;
    /// The approved messages that the provider lists for an account.
    fn templates<'a>(
        &'a self,
        account: &'a AccountConfig,
    ) -> BoxFuture<'a, Result<Vec<(Wording, TemplateState)>, SendError>>;
    /// Whether posts to an address may leave: it resolves, and to nothing private.
    fn reaches<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<(), SendError>>;
    /// Shows a customer that somebody types.
    fn typing<'a>(&'a self, account: &'a AccountConfig, whom: &'a Whom) -> BoxFuture<'a, Result<(), SendError>>;
    /// Tells a bot an event: one signed post that is over in time.
    fn tell_bot<'a>(&'a self, posting: Posting<'a>) -> BoxFuture<'a, bot::Exchange>;
    /// Asks the endpoint of an assistant once.
    fn complete<'a>(&'a self, ask: Ask<'a>) -> BoxFuture<'a, Completed>;
    /// Asks a tenant's own system about a customer: one signed post that is over in time.
    fn look_up<'a>(&'a self, question: Question<'a>) -> BoxFuture<'a, Exchange>;
    /// Sends one message.
    fn send<'a>(
        &'a self,
        account: &'a AccountConfig,
        message: &'a OutboundMessage,
    ) -> BoxFuture<'a, Result<Accepted, SendError>>;
}
