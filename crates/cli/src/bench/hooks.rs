//! `meridian bench hooks`: how soon each channel's hook has a post safe and answers, with everything running.

use super::rig::{Rig, machine};
use anyhow::{Context, Result, ensure};
use clap::Args;
use meridian_app::setup::{DemoWorld, demo_secret, demo_webhook_secret, seed_demo};
use meridian_domain::channel::ChannelKind;
use meridian_lab::{
    load::{Latency, calls},
    reqwest,
    senders::{self, Signed, Text},
};
use meridian_store::accounts::webhook_url;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// Options of the bench.
#[derive(Args)]
pub struct Options {
    /// Posts a second.
    #[arg(long, default_value_t = 100)]
    rate: u32,
    /// Seconds a channel.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

/// Customers the messages come from.
const CUSTOMERS: u64 = 20;

/// Channels that are posted to. Visitors of a web chat come by their own door.
const KINDS: [ChannelKind; 11] = [
    ChannelKind::WhatsApp,
    ChannelKind::Messenger,
    ChannelKind::Instagram,
    ChannelKind::Telegram,
    ChannelKind::Line,
    ChannelKind::WeChat,
    ChannelKind::WeCom,
    ChannelKind::Slack,
    ChannelKind::Sms,
    ChannelKind::Email,
    ChannelKind::Generic,
];

/// Runs it; the value is what `--json` prints.
pub async fn run(options: &Options) -> Result<Value> {
    let mut rig = Rig::start(false).await?;
    // Nobody answers behind the channels: only the way in is measured.
    let outside = DemoWorld { provider_url: "http://127.0.0.1:9", bot_url: "http://127.0.0.1:9" };
    let demo = seed_demo(&rig.app, "hooks", &outside).await?;
    rig.run("api").await?;
    rig.run("workers").await?;
    println!("{}\n{} posts/s a channel\n\nchannel      accepted   p50 ms   p99 ms", machine(), options.rate);
    let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).pool_max_idle_per_host(512).build()?;
    let mut told = serde_json::Map::new();
    for kind in KINDS {
        let found = demo.accounts.iter().find(|(of, _)| *of == kind).with_context(|| format!("no {kind} account"))?;
        let url = webhook_url(&rig.base, kind, found.1);
        let (accepted, latency) = channel(options, &http, kind, &url).await?;
        println!("{:<12} {accepted:>8} {:>8.1} {:>8.1}", kind.code(), latency.at(0.5), latency.at(0.99));
        let total = u64::from(options.rate) * options.seconds;
        ensure!(accepted == total, "{kind}: {accepted} of {total} posts were accepted");
        told.insert(kind.code().to_owned(), json!((latency.at(0.99) * 10.0).round() / 10.0));
    }
    Ok(json!({ "bench": "hooks", "per_s": options.rate, "accepted_p99_ms": told }))
}

async fn channel(
    options: &Options,
    http: &reqwest::Client,
    kind: ChannelKind,
    url: &str,
) -> Result<(u64, Arc<Latency>)> {
    let total = u64::from(options.rate) * options.seconds;
    // Signed beforehand: signing is the provider's time.
    let mut posts = (0..total).map(|n| post(kind, url, n)).collect::<Result<Vec<Signed>>>()?.into_iter();
    let call = |_| {
        let (http, post) = (http.clone(), posts.next());
        async move {
            match post {
                Some(post) => post.post(&http).await.is_ok_and(|status| (200..300).contains(&status)),
                None => false,
            }
        }
    };
    Ok(calls(options.rate, Duration::from_secs(options.seconds), Duration::from_secs(30), call).await)
}

/// What a customer says on a channel, as its provider posts it.
fn post(kind: ChannelKind, url: &str, n: u64) -> Result<Signed> {
    let unix = meridian_lab::unix();
    let from = format!("4477{:08}", n % CUSTOMERS);
    if kind == ChannelKind::Email {
        let body = format!(
            "From: Lena <c{from}@example.org>\r\nTo: help@demo.example\r\nSubject: Parcel\r\nMessage-ID: <b{n}@example.org>\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\nWhere is my parcel?\r\n"
        );
        let token = demo_secret("hooks", "email inbound_token");
        let headers = vec![("authorization", format!("Bearer {token}")), ("content-type", "message/rfc822".to_owned())];
        return Ok(Signed { url: url.to_owned(), headers, body });
    }
    let secret = |name: &str| match kind {
        ChannelKind::Generic => demo_webhook_secret("hooks", "generic signing_secret"),
        _ => demo_secret("hooks", &format!("{kind} {name}")),
    };
    senders::text(kind, url, &secret, Text { from: &from, number: n, text: "Where is my parcel?", unix })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_channel_has_a_post_of_its_own() {
        for kind in KINDS {
            let (one, two) = (post(kind, "http://x/h", 1).unwrap(), post(kind, "http://x/h", 2).unwrap());
            // WeCom only says that something waits.
            assert!(kind == ChannelKind::WeCom || one.body != two.body, "{kind}");
            assert!(!one.headers.is_empty());
        }
    }
}
