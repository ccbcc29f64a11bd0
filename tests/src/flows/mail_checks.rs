//! Senders of mail that comes straight to us are checked by our own look-ups: a name server, keys and policies of the
//! outside world's, over real sockets.

use super::{PATIENCE, main_job::reqwest_client};
use anyhow::{Result, ensure};
use meridian_domain::channel::ChannelKind;
use meridian_lab::{
    mail::MailClient,
    names::{NameServer, Seal},
};
use meridian_testkit::Stack;
use std::time::{Duration, Instant};

const MESSAGES: &str = "select count(*) from timeline_item where kind = 'message'";
const PROVEN: &str = "select count(*) from customer_identity where scheme = 'email' and verified = 'channel'";
const CLAIMED: &str = "select count(*) from customer_identity where scheme = 'email' and verified = 'claimed'";

fn mail(from: &str, text: &str) -> String {
    format!("From: {from}\r\nTo: help@demo.example\r\nSubject: A kettle\r\nMessage-ID: <{from}>\r\n\r\n{text}\r\n")
}

/// The names of a shop that signs its mail, and of a bank that says which servers carry its own.
async fn world(seal: &Seal) -> Result<NameServer> {
    let (name, key) = seal.record();
    NameServer::start(&[
        (&name, &key),
        ("_dmarc.shop.example", "v=DMARC1; p=reject"),
        ("bank.example", "v=spf1 ip4:127.0.0.0/8 -all"),
        ("_dmarc.bank.example", "v=DMARC1; p=none"),
        ("stranger.example", "v=spf1 ip4:127.0.0.0/8 -all"),
        ("elsewhere.example", "v=spf1 ip4:192.0.2.1 -all"),
    ])
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_from_the_internet_proves_its_sender_by_signature_or_server() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let seal = Seal::of("shop.example", 7);
    let names = world(&seal).await?;
    let port = stack.take_mail_checked(1 << 20, Some(names.at)).await?;
    let bring = async |envelope: &str, mail: &str| {
        let answer = MailClient::bring(port, envelope, "help@demo.example", mail).await?;
        ensure!(answer.starts_with("250"), "{answer}");
        anyhow::Ok(())
    };
    // Signed by its domain: proven, whoever carried it.
    bring("bounce@elsewhere.example", &seal.sign(&mail("ida@shop.example", "It is me."))?).await?;
    stack.settle(PROVEN, 1, PATIENCE).await?;
    let seen = "select count(*) from inbound_raw where request->'checks' = \
                '{\"spf\":\"fail\",\"dkim\":\"pass\",\"dmarc\":\"pass\",\"from\":\"shop.example\"}' \
                and request->'smtp'->>'helo' = 'customer.example' and request->'smtp'->>'peer' = '127.0.0.1'";
    assert_eq!(stack.count(seen).await?, 1, "checks and session are not kept beside the mail");
    // Carried by its domain's server: proven.
    bring("ben@bank.example", &mail("ben@bank.example", "It is me too.")).await?;
    stack.settle(PROVEN, 2, PATIENCE).await?;

    // One byte of the body is another; a result it brought along changes nothing.
    let changed = seal.sign(&mail("eve@shop.example", "Pay 100."))?.replace("Pay 100.", "Pay 900.");
    bring("eve@stranger.example", &changed).await?;
    let forged =
        "Authentication-Results: mx.example; dkim=pass header.d=shop.example; dmarc=pass header.from=shop.example";
    bring("eve@stranger.example", &format!("{forged}\r\n{}", mail("mallory@shop.example", "Believe me."))).await?;
    // A good signature does not carry a second author along.
    let two = seal.sign(&mail("olga@shop.example", "Signed."))?;
    bring("eve@stranger.example", &format!("From: boss@shop.example\r\n{two}")).await?;
    // A signature of another domain, and a domain without a policy, prove nothing.
    let other = Seal::of("stranger.example", 9).sign(&mail("tom@shop.example", "Signed by somebody."))?;
    bring("tom@stranger.example", &other).await?;
    bring("una@stranger.example", &mail("una@stranger.example", "No policy.")).await?;
    stack.settle(MESSAGES, 7, PATIENCE).await?;
    assert_eq!((stack.count(PROVEN).await?, stack.count(CLAIMED).await?), (2, 5));
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_answer_from_dns_mail_is_taken_and_proves_nobody() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let seal = Seal::of("shop.example", 7);
    let names = world(&seal).await?;
    names.fall_silent();
    let port = stack.take_mail_checked(1 << 20, Some(names.at)).await?;
    let started = Instant::now();
    let signed = seal.sign(&mail("ida@shop.example", "It is me."))?;
    let answer = MailClient::bring(port, "ida@shop.example", "help@demo.example", &signed).await?;
    ensure!(answer.starts_with("250"), "{answer}");
    let took = started.elapsed();
    ensure!(took < Duration::from_secs(5), "the sender waited {took:?}");
    ensure!(names.asked() > 0, "nobody was asked");
    let late = "select count(*) from inbound_raw where request->'checks'->>'dmarc' = 'temperror'";
    assert_eq!(stack.count(late).await?, 1);
    // Without name servers nothing is asked, and that is written down.
    let port = stack.take_mail(1 << 20).await?;
    let signed = seal.sign(&mail("ben@shop.example", "It is me too."))?;
    let answer = MailClient::bring(port, "ben@shop.example", "help@demo.example", &signed).await?;
    ensure!(answer.starts_with("250"), "{answer}");
    let skipped = "select count(*) from inbound_raw where request->'checks'->>'dmarc' = 'skipped'";
    assert_eq!(stack.count(skipped).await?, 1);
    stack.settle(MESSAGES, 2, PATIENCE).await?;
    assert_eq!((stack.count(PROVEN).await?, stack.count(CLAIMED).await?), (0, 2));
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_raw_mail_that_is_posted_proves_its_sender_by_signature_alone() -> Result<()> {
    let seal = Seal::of("shop.example", 7);
    let names = world(&seal).await?;
    let Some(stack) = Stack::start_checking(names.at).await? else { return Ok(()) };
    let http = reqwest_client();
    let post = async |mail: String| {
        let url = stack.hook(ChannelKind::Email)?;
        let posted = http.post(url).bearer_auth(Stack::secret("email inbound_token")).body(mail).send().await?;
        ensure!(posted.status() == 200, "{}", posted.status());
        anyhow::Ok(())
    };
    let checked = "select count(*) from inbound_raw where request ? 'checks'";
    // The account names no server whose checks count.
    stack.sql("update channel_account set settings = settings - 'authserv_id' where kind = 'email'").await?;
    post(seal.sign(&mail("ida@shop.example", "It is me."))?).await?;
    stack.settle(PROVEN, 1, PATIENCE).await?;
    post(seal.sign(&mail("eve@shop.example", "Pay 100."))?.replace("Pay 100.", "Pay 900.")).await?;
    // Who carried a posted mail is not known, whatever it says of that itself.
    post(format!("Return-Path: <ben@bank.example>\r\n{}", mail("ben@bank.example", "It is me too."))).await?;
    stack.settle(MESSAGES, 3, PATIENCE).await?;
    assert_eq!((stack.count(PROVEN).await?, stack.count(CLAIMED).await?, stack.count(checked).await?), (1, 2, 3));
    stack.finish().await
}
