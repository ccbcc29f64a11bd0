//! Mail by its own protocols, over real sockets: SMTP in, SMTP out, a mailbox that is read.

use super::{PATIENCE, accept_first, both_sites};
use anyhow::{Context, Result, ensure};
use meridian_lab::{
    agent::Agent,
    mail::{MailClient, MailServer, MailboxServer},
    provider::Answer,
};
use meridian_testkit::Stack;
use serde_json::{Value, json};

const MESSAGES: &str = "select count(*) from timeline_item where kind = 'message'";
const SEND: &str = "mutation($c: ID!, $t: String!) { messageSend(input: { conversationId: $c, text: $t }) {
    item { id } userErrors { message } } }";

fn mail(id: &str, more: &str, text: &str) -> String {
    format!(
        "From: Ida <ida@example.org>\r\nTo: help@demo.example\r\nMessage-ID: <{id}@example.org>\r\n\
         Subject: A kettle\r\n{more}MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n{text}\r\n"
    )
}

/// Lets the demo's mail leave by a server.
async fn leave_by(stack: &Stack, server: &MailServer) -> Result<()> {
    let sql = format!(
        "update channel_account set settings = settings || '{{\"smtp_port\": {}}}' where kind = 'email'",
        server.port
    );
    stack.sql(Box::leak(sql.into_boxed_str())).await
}

async fn timeline(agent: &Agent, conversation: &str) -> Result<Vec<Value>> {
    let look = "query($c: ID!) { conversation(id: $c) { timeline(first: 30) { nodes { kind text delivery } } } }";
    let seen = agent.query(look, json!({ "c": conversation })).await?;
    let nodes = seen["conversation"]["timeline"]["nodes"].as_array().context("nodes")?;
    Ok(nodes.iter().filter(|node| node["kind"] == "message").cloned().collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_comes_in_by_smtp_is_answered_and_comes_back() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let mut people = both_sites(&stack).await?;
    let (port, server) = (stack.take_mail(1 << 20).await?, MailServer::start().await?);
    leave_by(&stack, &server).await?;
    let first = mail("m1", "", "Where is my kettle?\r\n.hidden");
    for _ in 0..2 {
        let answer = MailClient::bring(port, "ida@example.org", "HELP@demo.example", &first).await?;
        ensure!(answer.starts_with("250"), "{answer}");
    }
    let (who, conversation) = accept_first(&mut people).await?;
    let agent = people[who].0.clone();
    let seen = timeline(&agent, &conversation).await?;
    assert_eq!(seen.len(), 1, "brought twice, there once: {seen:?}");
    assert_eq!(seen[0]["text"], "Where is my kettle?\n.hidden");

    agent.query(SEND, json!({ "c": conversation, "t": "It left on Monday." })).await?;
    stack.settle("select count(*) from delivery where state = 'accepted'", 1, PATIENCE).await?;
    let out = server.taken();
    ensure!(out.len() == 1 && out[0].to == ["ida@example.org"], "{out:?}");
    assert_eq!(
        (out[0].field("In-Reply-To"), out[0].field("Subject")),
        (Some("<m1@example.org>".to_owned()), Some("Re: A kettle".to_owned()))
    );
    let (ours, reply_to) =
        (out[0].field("Message-ID").context("an id")?, out[0].field("Reply-To").context("an address")?);
    ensure!(reply_to.contains("+c."), "{reply_to} does not name the conversation");

    // The answer finds its conversation by the signed address alone.
    let answer = mail("m2", "", "Thank you");
    ensure!(MailClient::bring(port, "ida@example.org", &reply_to, &answer).await?.starts_with("250"));
    stack.settle(MESSAGES, 3, PATIENCE).await?;
    assert_eq!(timeline(&agent, &conversation).await?[0]["text"], "Thank you");

    // The next server took it; what could not be delivered all the same comes back as a report of its own.
    let report = |id: &str, action: &str, status: &str| {
        format!(
            "From: MAILER-DAEMON@mx.example.org\r\nTo: help@demo.example\r\nSubject: Undelivered\r\nMessage-ID: <{id}@mx.example.org>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; ida@example.org\r\nAction: {action}\r\n\
         Status: {status}\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {ours}\r\nSubject: Re: A kettle\r\n\r\n--b--\r\n"
        )
    };
    let taken = report("d1", "delivered", "2.0.0");
    ensure!(MailClient::bring(port, "", "help@demo.example", &taken).await?.starts_with("250"));
    stack.settle("select count(*) from delivery where state = 'delivered'", 1, PATIENCE).await?;
    let bounced = report("d2", "failed", "5.1.1");
    ensure!(MailClient::bring(port, "", "help@demo.example", &bounced).await?.starts_with("250"));
    stack.settle("select count(*) from delivery where state = 'failed' and error_class = '5.1.1'", 1, PATIENCE).await?;
    assert_eq!(timeline(&agent, &conversation).await?.len(), 3, "a report is no message");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_addresses_and_bad_manners_are_refused() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let port = stack.take_mail(2000).await?;
    let bring = async |to: &str, mail: &str| MailClient::bring(port, "ida@example.org", to, mail).await;
    for stranger in
        ["who@elsewhere.example", "help@elsewhere.example", "help%elsewhere.example@other.example", "ana@demo.example"]
    {
        let answer = bring(stranger, "Subject: x\r\n\r\nx").await?;
        ensure!(answer.starts_with("550"), "{stranger}: {answer}");
    }
    let large = bring("help@demo.example", &mail("m1", "", &"long line\r\n".repeat(300))).await?;
    ensure!(large.starts_with("552"), "{large}");

    // One mail, whatever is hidden in it: a dot between bare line feeds ends nothing.
    let mut client = MailClient::connect(port).await?;
    for line in ["EHLO a.example", "MAIL FROM:<ida@example.org>", "RCPT TO:<help@demo.example>", "DATA"] {
        client.say(line).await?;
    }
    let smuggled = mail(
        "m2",
        "",
        "one\n.\nMAIL FROM:<ceo@example.org>\nRCPT TO:<help@demo.example>\nDATA\nSubject: two\n\ntwo\r\n.\n",
    );
    client.raw(smuggled.as_bytes()).await?;
    ensure!(client.say(".").await?.starts_with("250"), "the mail is not taken");
    ensure!(client.say("QUIT").await?.starts_with("221"));
    stack.settle("select count(*) from inbound_raw", 1, PATIENCE).await?;
    stack.settle(MESSAGES, 1, PATIENCE).await?;

    // What a stranger's mail says of its own sender vouches for nothing.
    let forged = mail("m3", "Authentication-Results: mx.example; dmarc=pass header.from=example.org\r\n", "trust me");
    ensure!(bring("help@demo.example", &forged).await?.starts_with("250"));
    stack.settle(MESSAGES, 2, PATIENCE).await?;
    assert_eq!(
        stack.count("select count(*) from customer_identity where scheme = 'email' and verified <> 'claimed'").await?,
        0
    );

    // Our own trouble is a try-again, and garbage is not heard for ever.
    stack.sql("revoke execute on function lookup_mailbox from meridian_app").await?;
    let answer = bring("help@demo.example", &mail("m4", "", "later")).await?;
    ensure!(answer.starts_with("451"), "{answer}");
    let mut client = MailClient::connect(port).await?;
    let mut last = String::new();
    for _ in 0..40 {
        match client.say("\u{1}nonsense").await {
            Ok(answer) if !answer.is_empty() => last = answer,
            _ => break,
        }
    }
    ensure!(last.starts_with("421"), "{last}");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_recipient_is_a_failed_send_and_a_passing_trouble_is_not() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let mut people = both_sites(&stack).await?;
    let (port, server) = (stack.take_mail(1 << 20).await?, MailServer::start().await?);
    leave_by(&stack, &server).await?;
    MailClient::bring(port, "ida@example.org", "help@demo.example", &mail("m1", "", "Hello")).await?;
    let (who, conversation) = accept_first(&mut people).await?;
    server.refuse_next("450 4.2.0 greylisted");
    people[who].0.query(SEND, json!({ "c": conversation, "t": "one" })).await?;
    stack.settle("select count(*) from delivery where state = 'accepted' and attempt = 2", 1, PATIENCE).await?;
    server.refuse_next("550 5.1.1 no such user");
    people[who].0.query(SEND, json!({ "c": conversation, "t": "two" })).await?;
    stack
        .settle("select count(*) from delivery where state = 'failed' and error_class = 'bad_recipient'", 1, PATIENCE)
        .await?;
    let ids: Vec<_> = server.taken().iter().filter_map(|mail| mail.field("Message-ID")).collect();
    assert_eq!(ids.len(), 1, "one mail was taken: {ids:?}");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_is_read_from_now_on_and_each_mail_once() -> Result<()> {
    let Some(mut stack) = Stack::start().await? else { return Ok(()) };
    let mailbox = MailboxServer::start("ida", "s3cret word").await?;
    mailbox.put(&mail("old", "", "from last year"));
    let server = MailServer::start().await?;
    let ada = Agent::sign_in(&stack.base, "demo", "ada@demo.example", &stack.demo.password).await?;
    let queues = ada.query("{ queues { id } }", json!({})).await?;
    let connect = "mutation($i: ChannelAccountConnectInput!) { channelAccountConnect(input: $i) {
        channelAccount { id } userErrors { message } } }";
    let set = |name: &str, value: Value| json!({ "name": name, "value": value });
    let input = json!({ "kind": "email", "name": "Shop mailbox", "queueId": queues["queues"][0]["id"],
        "secrets": [{ "name": "imap_password", "value": "wrong" }],
        "settings": [set("from", json!("shop@demo.example")), set("domain", json!("demo.example")),
            set("smtp_host", json!("127.0.0.1")), set("smtp_port", json!(server.port)), set("smtp_tls", json!("none")),
            set("provider", json!("imap")), set("imap_host", json!("127.0.0.1")), set("imap_port", json!(mailbox.port)),
            set("imap_tls", json!("none")), set("imap_user", json!("ida"))] });
    let made = ada.query(connect, json!({ "i": input })).await?;
    let id = made["channelAccountConnect"]["channelAccount"]["id"].clone();
    ensure!(id.is_string(), "{made}");
    let look = "query { channelAccounts { name health { code reason } } }";
    stack.settle("select count(*) from channel_health where code = 'auth'", 1, PATIENCE).await?;
    let sick = ada.query(look, json!({})).await?.to_string();
    ensure!(sick.contains("refuses the credentials"), "{sick}");
    let rotate =
        "mutation($a: ID!) { channelAccountRotateSecret(input: { channelAccountId: $a, secretName: \"imap_password\",
        value: \"s3cret word\", overlapSeconds: 0 }) { userErrors { message } } }";
    ada.query(rotate, json!({ "a": id })).await?;
    let test = "mutation($a: ID!) { channelAccountTest(input: { channelAccountId: $a }) { ok detail } }";
    let tested = ada.query(test, json!({ "a": id })).await?;
    assert_eq!(tested["channelAccountTest"]["ok"], true, "{tested}");
    stack.settle("select count(*) from channel_cursor where position = '1:1'", 1, PATIENCE * 2).await?;

    mailbox.put(&mail("new", "", "is it still to be had?"));
    stack.settle(MESSAGES, 1, PATIENCE).await?;
    // A worker that dies is followed by another, which goes on where it stood.
    stack.kill_workers().await;
    mailbox.put(&mail("newer", "", "hello?"));
    stack.sql("delete from lease where name like 'mailbox.%'").await?;
    stack.start_workers()?;
    stack.settle(MESSAGES, 2, PATIENCE * 2).await?;
    // All uids change: what is known is not read again.
    mailbox.renumber();
    mailbox.put(&mail("newest", "", "hello again"));
    stack.settle("select count(*) from channel_cursor where position = '2:104'", 1, PATIENCE * 2).await?;
    stack.settle("select count(*) from inbound_raw where state = 'received'", 0, PATIENCE).await?;
    let texts = stack.texts("select c.text from item_content c join timeline_item t on t.id = c.item_id where t.kind = 'message' and t.actor_kind = 'customer' order by t.seq").await?;
    assert_eq!(texts, ["is it still to be had?", "hello?", "from last year", "hello again"], "known mails come once");
    stack.finish().await
}

/// What people write by way of a list, a form or a helpdesk is work like any other; no machine of ours answers it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_machine_may_answer_is_for_people() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let mut people = both_sites(&stack).await?;
    let (port, server) = (stack.take_mail(1 << 20).await?, MailServer::start().await?);
    leave_by(&stack, &server).await?;
    stack.sql("update channel_account set bot_id = (select id from bot limit 1) where kind = 'email'").await?;
    let told = "select count(*) from bot_event where kind = 'message.created'";
    let bring = async |from: &str, mail: String| {
        let mail = mail.replace("Ida <ida@example.org>", from);
        let answer = MailClient::bring(port, "ida@example.org", "help@demo.example", &mail).await?;
        ensure!(answer.starts_with("250"), "{answer}");
        anyhow::Ok(())
    };
    let list = "Precedence: list\r\nList-Id: <friends.example.org>\r\nList-Post: <mailto:friends@example.org>\r\n";
    bring("Ida <ida@example.org>", mail("m1", list, "Where is my kettle?")).await?;
    accept_first(&mut people).await.context("by a list")?;
    // The answer goes to whom the form names.
    let form = mail("m2", "Reply-To: Olga <olga@example.org>\r\n", "Do you sell kettles?");
    bring("Form <noreply@forms.example>", form).await?;
    let (who, conversation) = accept_first(&mut people).await.context("by a form")?;
    people[who].0.query(SEND, json!({ "c": conversation, "t": "We do." })).await?;
    stack.settle("select count(*) from delivery where state = 'accepted'", 1, PATIENCE).await?;
    let out = server.taken();
    ensure!(out.len() == 1 && out[0].to == ["olga@example.org"], "{out:?}");
    assert_eq!(stack.count(told).await?, 0, "the bot was told");
    let kept = "select count(*) from work_item where line = 'admitted'";
    assert_eq!(stack.count(kept).await?, 2, "a full line could tell nobody that it is full");

    // A bot that talks with somebody already leaves such a mail to people too.
    bring("Ben <ben@example.org>", mail("m3", "", "Hello")).await?;
    stack.settle(told, 1, PATIENCE).await?;
    bring("Ben <ben@example.org>", mail("m4", "X-Auto-Response-Suppress: All\r\n", "Anybody there?")).await?;
    let (who, conversation) = accept_first(&mut people).await.context("out of the bot's hands")?;
    let why = "select count(*) from timeline_item t join item_content c on c.item_id = t.id
               where t.kind = 'handoff' and c.body->'reason'->>'code' = 'policy'";
    assert_eq!((stack.count(why).await?, stack.count(told).await?), (1, 1));

    // Nor does it leave what the bot says when somebody gives the conversation back to it.
    stack
        .provider
        .plan("/bot", vec![Answer::Say(200, json!({ "actions": [{ "type": "message", "text": "I am back" }] }))]);
    let back =
        "mutation($c: ID!) { conversationReturnToBot(input: { conversationId: $c }) { userErrors { message } } }";
    let given = people[who].0.query(back, json!({ "c": conversation })).await?;
    assert_eq!(given["conversationReturnToBot"]["userErrors"], json!([]), "{given}");
    let held = "select count(*) from delivery where state = 'failed' and error_class = 'automatic'";
    stack.settle(held, 1, PATIENCE).await?;
    assert_eq!(server.taken().len(), 1);
    accept_first(&mut people).await.context("out of the bot's hands again")?;

    // A machine waits for nobody.
    bring("Una <una@example.org>", mail("m5", "Auto-Submitted: auto-replied\r\n", "I am away.")).await?;
    stack.settle(MESSAGES, 7, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from work_item").await?, 4);
    stack.finish().await
}
