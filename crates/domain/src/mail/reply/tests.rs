use super::strip;

/// What mail programs make of an answer, after their default templates, and what of it is new.
const ANSWERS: &[(&str, &str, &str)] = &[
    (
        "gmail-en",
        "Thanks, that works!\n\nOn Mon, Feb 1, 2016 at 4:58 AM, Support <help@shop.example> wrote:\n\n> Hello Ana,\n>\n> please try again.\n",
        "Thanks, that works!",
    ),
    (
        "gmail-zh",
        "谢谢,已经收到了。\n\nAna Li <ana@example.org> 于2020年3月4日周三 下午1:20写道：\n\n> 您好\n> 包裹已发出\n",
        "谢谢,已经收到了。",
    ),
    (
        "outlook-zh",
        "好的，请尽快处理。\n\n张伟\n\n发件人: 客服 <help@shop.example>\n发送时间: 2020年3月4日 13:20\n收件人: 张伟\n主题: 回复: 订单\n\n您好，订单已处理。\n",
        "好的，请尽快处理。\n\n张伟",
    ),
    (
        "qq",
        "收到，谢谢\n\n\n------------------ 原始邮件 ------------------\n发件人: \"客服\" <help@shop.example>;\n发送时间: 2020年3月4日(星期三) 下午1:20\n收件人: \"张伟\" <z@qq.example>;\n主题: 订单\n\n您好\n",
        "收到，谢谢",
    ),
    (
        "163",
        "可以的\n\n\n\n\n\n在 2020-03-04 13:20:00，\"客服\" <help@shop.example> 写道：\n\n您好，是否可以明天送达？\n",
        "可以的",
    ),
    (
        "foxmail",
        "明白了。\n\n\n\nzhang@example.org\n \n发件人： 客服\n发送时间： 2020-03-04 13:20\n收件人： 张伟\n主题： 订单\n您好\n",
        "明白了。\n\n\n\nzhang@example.org",
    ),
    (
        "outlook-en",
        "Yes please.\r\n\r\nRegards,\r\nAna\r\n\r\n________________________________\r\nFrom: Support <help@shop.example>\r\nSent: Monday, May 4, 2026 10:00 AM\r\nTo: Ana\r\nSubject: Order\r\n\r\nShall we?\r\n",
        "Yes please.\n\nRegards,\nAna",
    ),
    (
        "outlook-classic",
        "Yes.\n\n-----Original Message-----\nFrom: Support\nSent: Monday\nTo: Ana\nSubject: x\n\nShall we?",
        "Yes.",
    ),
    (
        "iphone",
        "Great\n\nSent from my iPhone\n\n> On May 4, 2026, at 10:00 AM, Support <help@shop.example> wrote:\n> \n> Hello\n",
        "Great",
    ),
    (
        "iphone-zh",
        "好的\n\n发自我的iPhone\n\n> 在 2020年3月4日，下午1:20，客服 <help@shop.example> 写道：\n> \n> 您好\n",
        "好的",
    ),
    ("sig", "Hi,\n\nmy order 1234 is late.\n\n-- \nAna Lind\nExample Corp\nTel 123\n", "Hi,\n\nmy order 1234 is late."),
    (
        "inline",
        "On Mon, May 4, 2026 at 10:00 AM, Support <help@shop.example> wrote:\n\n> Which colour?\n\nBlue.\n\n> Which size?\n\nXL.\n",
        "> Which colour?\n\nBlue.\n\n> Which size?\n\nXL.",
    ),
    (
        "greet-inline",
        "Hello,\n\nOn Mon, May 4, 2026 at 10:00 AM, Support <help@shop.example> wrote:\n> Which colour?\n\nBlue.\n",
        "Hello,\n\n> Which colour?\n\nBlue.",
    ),
    (
        "bottom",
        "On 04/05/2026 10:00, Support wrote:\n> Which colour?\n> We have blue.\n\nBlue, please.\n",
        "Blue, please.",
    ),
    (
        "forward-only",
        "---------- Forwarded message ---------\nFrom: Ana <ana@example.org>\nDate: Mon, May 4, 2026\nSubject: Broken\nTo: Bob\n\nIt is broken.",
        "---------- Forwarded message ---------\nFrom: Ana <ana@example.org>\nDate: Mon, May 4, 2026\nSubject: Broken\nTo: Bob\n\nIt is broken.",
    ),
    ("quote-only", "> Hello\n> there", "> Hello\n> there"),
    (
        "plain-with-fields",
        "Please book it:\nFrom: Paris\nTo: Rome\nthanks",
        "Please book it:\nFrom: Paris\nTo: Rome\nthanks",
    ),
    (
        "wrote-in-text",
        "In 2019 I wrote to you and you wrote back at 10:00 that it was fixed.\nIt is not.",
        "In 2019 I wrote to you and you wrote back at 10:00 that it was fixed.\nIt is not.",
    ),
    (
        "de",
        "Danke!\n\nVon meinem iPhone gesendet\n\n> Am 04.05.2026 um 10:00 schrieb Support <help@shop.example>:\n> \n> Hallo",
        "Danke!",
    ),
    (
        "de-outlook",
        "Danke.\n\nVon: Support <help@shop.example>\nGesendet: Montag, 4. Mai 2026 10:00\nAn: Ana\nBetreff: AW: Bestellung\n\nHallo",
        "Danke.",
    ),
    (
        "fr",
        "Merci beaucoup.\n\nLe lun. 4 mai 2026 à 10:00, Support <help@shop.example> a\nécrit :\n\n> Bonjour\n",
        "Merci beaucoup.",
    ),
    (
        "fr-outlook",
        "D'accord.\n\nDe : Support <help@shop.example>\nEnvoyé : lundi 4 mai 2026 10:00\nÀ : Ana\nObjet : Commande\n\nBonjour",
        "D'accord.",
    ),
    ("es", "Gracias\n\nEl lun, 4 may 2026 a las 10:00, Support (<help@shop.example>)\nescribió:\n\n> Hola", "Gracias"),
    (
        "pt",
        "Obrigado\n\nEm seg., 4 de mai. de 2026 às 10:00, Support <help@shop.example> escreveu:\n\n> Olá",
        "Obrigado",
    ),
    (
        "it",
        "Grazie\n\nIl giorno lun 4 mag 2026 alle ore 10:00 Support <help@shop.example>\nha scritto:\n\n> Ciao",
        "Grazie",
    ),
    ("nl", "Bedankt\n\nOp ma 4 mei 2026 om 10:00 schreef Support <help@shop.example>:\n\n> Hallo", "Bedankt"),
    ("sv", "Tack\n\nDen mån 4 maj 2026 kl 10:00 skrev Support <help@shop.example>:\n\n> Hej", "Tack"),
    (
        "ja",
        "ありがとうございます。\n\n2026年5月4日(月) 10:00 Support <help@shop.example>:\n\n> こんにちは\n",
        "ありがとうございます。",
    ),
    (
        "ko",
        "감사합니다\n\n2026년 5월 4일 (월) 오전 10:00, Support <help@shop.example>님이 작성:\n\n> 안녕하세요",
        "감사합니다",
    ),
    ("ru", "Спасибо\n\nпн, 4 мая 2026 г. в 10:00, Support <help@shop.example>:\n\n> Здравствуйте", "Спасибо"),
    ("pl", "Dzięki\n\npon., 4 maj 2026 o 10:00 Support <help@shop.example> napisał(a):\n\n> Cześć", "Dzięki"),
    (
        "yahoo",
        "ok thanks\n\n    On Monday, May 4, 2026 at 10:00:00 AM GMT+1, Support <help@shop.example> wrote:  \n \n Hello Ana,\nplease try.\n",
        "ok thanks",
    ),
    (
        "zoho",
        "Done.\n\n---- On Mon, 04 May 2026 10:00:00 +0200 Support <help@shop.example> wrote ----\n\nHello",
        "Done.",
    ),
    ("thunderbird", "On 5/4/2026 10:00 AM, Support wrote:\n> a\n\nfoo", "foo"),
    ("above", "Yes\n\n##- Please type your reply above this line -##\n\nYour request (1) has been updated.", "Yes"),
    (
        "outlook-mobile",
        "Yes\n\nGet Outlook for iOS<https://aka.example/x>\n________________________________\nFrom: Support <help@shop.example>\nSent: Monday, May 4, 2026 10:00:00 AM\nTo: Ana <ana@example.org>\nSubject: Re: x\n\nHello",
        "Yes",
    ),
    ("name-wrote", "Sure.\n\nSupport wrote:\n> Shall we?", "Sure."),
    (
        "list-footer",
        "I think that the first one is the better choice here.\n\nOn Mon, May 4, 2026, Bob <bob@example.org> wrote:\n> Which?\n\nTo unsubscribe from this list visit\nhttp://lists.example.org",
        "I think that the first one is the better choice here.",
    ),
    (
        "ps",
        "Sent from my iPhone is what my old signature said.\nBest",
        "Sent from my iPhone is what my old signature said.\nBest",
    ),
    ("bold", "Ok\n\n*From:* Support <help@shop.example>\n*Sent:* Monday\n*To:* Ana\n*Subject:* x\n\nHello", "Ok"),
    ("apple", "Fine.\n\nBegin forwarded message:\n\n> From: Ana\n> Subject: x\n>\n> Hello", "Fine."),
];

#[test]
fn what_is_new_in_answers_of_many_programs() {
    for (name, mail, new) in ANSWERS {
        assert_eq!(strip(mail), *new, "{name}");
    }
}

#[test]
fn a_rule_in_a_long_text_only_divides_it() {
    let list: Vec<String> = (0..20).map(|n| format!("item {n}")).collect();
    let text = format!("Shopping list\n-----\n{}", list.join("\n"));
    assert_eq!(strip(&text), text.trim());
}

#[test]
fn nothing_costs_much() {
    for text in
        ["On 1 ".repeat(100_000), "On 4 May\n".repeat(4000), "a@b wrote:\nx\n".repeat(2000), "> \nx\n".repeat(2400)]
    {
        assert!(!strip(&text).is_empty());
    }
    assert_eq!(strip(""), "");
    assert_eq!(strip("\n \n"), "");
}

proptest::proptest! {
    #[test]
    fn lines_of_all_kinds_in_any_order_leave_something(picks in proptest::collection::vec(0usize..LINES.len(), 1..30)) {
        let text = picks.iter().map(|n| LINES[*n]).collect::<Vec<_>>().join("\n");
        proptest::prop_assert_eq!(strip(&text).is_empty(), text.trim().is_empty());
        proptest::prop_assert!(strip(&strip(&text)).len() <= text.len());
    }
}

const LINES: &[&str] = &[
    "",
    "text",
    "> quoted",
    "On Mon, May 4, 2026 at 10:00, A <a@b.example> wrote:",
    "On Mon, May 4, 2026",
    "From: a@b.example",
    "Sent: Monday",
    "To: c",
    "-- ",
    "-----",
    "-----Original Message-----",
    "Begin forwarded message:",
    "Sent from my iPhone",
];
