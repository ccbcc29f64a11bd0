//! Words that tell what a sentence of a reply does: greet, ask, offer, promise, deny, count.

use crate::understanding::token::unspaced;

/// Scripts and marks behind which no space is written.
pub(super) fn wide(c: char) -> bool {
    unspaced(c) || ('\u{3000}'..='\u{303f}').contains(&c) || ('\u{ff00}'..='\u{ff60}').contains(&c)
}

pub(super) fn has(low: &str, words: &[&str]) -> bool {
    words.iter().any(|word| low.contains(word))
}

/// Number words; `one` is an article or a pronoun more often.
const SPELLED: &[(&str, u64)] = &[
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
    ("hundred", 100),
    ("thousand", 1000),
    ("million", 1_000_000),
    ("twice", 2),
    ("double", 2),
    ("triple", 3),
];

/// What a number word counts.
pub(super) fn spelled(word: &str) -> Option<u64> {
    SPELLED.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}

const NUMERALS: &str = "零一二两三四五六七八九十百千万";

/// A numeral of Chinese.
pub(super) fn numeral(c: char) -> bool {
    NUMERALS.contains(c)
}

/// What a run of numerals counts.
pub(super) fn counted(run: &[char]) -> u64 {
    let (mut whole, mut part, mut digit) = (0_u64, 0_u64, 0_u64);
    for c in run {
        match c {
            '零' => digit = 0,
            '一' => digit = 1,
            '二' | '两' => digit = 2,
            '三' => digit = 3,
            '四' => digit = 4,
            '五' => digit = 5,
            '六' => digit = 6,
            '七' => digit = 7,
            '八' => digit = 8,
            '九' => digit = 9,
            '万' => {
                whole = whole.saturating_add((part + digit).max(1).saturating_mul(10_000));
                (part, digit) = (0, 0);
            }
            _ => {
                let unit = match c {
                    '十' => 10,
                    '百' => 100,
                    _ => 1000,
                };
                part = part.saturating_add(digit.max(1) * unit);
                digit = 0;
            }
        }
    }
    whole.saturating_add(part).saturating_add(digit)
}

/// Words that stand between a number and its unit.
pub(super) const BETWEEN: &[&str] = &["working", "business", "calendar", "full", "more", "个"];

/// Units, as one word or as the characters that begin one.
const UNITS: &[(&str, &str)] = &[
    ("minutes", "minute"),
    ("minute", "minute"),
    ("min", "minute"),
    ("hours", "hour"),
    ("hour", "hour"),
    ("days", "day"),
    ("day", "day"),
    ("weeks", "week"),
    ("week", "week"),
    ("months", "month"),
    ("month", "month"),
    ("years", "year"),
    ("year", "year"),
    ("percent", "percent"),
    ("times", "times"),
    ("tage", "day"),
    ("tagen", "day"),
    ("wochen", "week"),
    ("jours", "day"),
    ("semaines", "week"),
    ("días", "day"),
    ("dias", "day"),
    ("semanas", "week"),
    ("工作日", "day"),
    ("自然日", "day"),
    ("分钟", "minute"),
    ("小时", "hour"),
    ("天", "day"),
    ("日", "day"),
    ("周", "week"),
    ("星期", "week"),
    ("月", "month"),
    ("年", "year"),
    ("倍", "times"),
    ("折", "percent off"),
];

/// The unit that begins here. Scripts without spaces come a character a token.
pub(super) fn unit(tokens: &[String]) -> Option<&'static str> {
    begins(tokens, UNITS)
}

const CALENDAR: &[(&str, &str)] = &[
    ("monday", "monday"),
    ("tuesday", "tuesday"),
    ("wednesday", "wednesday"),
    ("thursday", "thursday"),
    ("friday", "friday"),
    ("saturday", "saturday"),
    ("sunday", "sunday"),
    ("weekend", "weekend"),
    ("january", "january"),
    ("february", "february"),
    ("march", "march"),
    ("april", "april"),
    ("june", "june"),
    ("july", "july"),
    ("august", "august"),
    ("september", "september"),
    ("october", "october"),
    ("november", "november"),
    ("december", "december"),
    ("today", "today"),
    ("tomorrow", "tomorrow"),
    ("tonight", "tonight"),
    ("yesterday", "yesterday"),
    ("noon", "noon"),
    ("midnight", "midnight"),
    ("下周一", "week monday"),
    ("周一", "monday"),
    ("周二", "tuesday"),
    ("周三", "wednesday"),
    ("周四", "thursday"),
    ("周五", "friday"),
    ("周六", "saturday"),
    ("周日", "sunday"),
    ("周末", "weekend"),
    ("星期一", "monday"),
    ("星期二", "tuesday"),
    ("星期三", "wednesday"),
    ("星期四", "thursday"),
    ("星期五", "friday"),
    ("星期六", "saturday"),
    ("星期日", "sunday"),
    ("星期天", "sunday"),
    ("今天", "today"),
    ("明天", "tomorrow"),
    ("后天", "day after tomorrow"),
    ("昨天", "yesterday"),
    ("今晚", "tonight"),
    ("下周", "week"),
    ("下个月", "month"),
];

/// The day or month that is named here.
pub(super) fn calendar(tokens: &[String]) -> Option<&'static str> {
    begins(tokens, CALENDAR)
}

fn begins(tokens: &[String], list: &[(&str, &'static str)]) -> Option<&'static str> {
    let first = tokens.first()?;
    if !first.starts_with(unspaced) {
        return list.iter().find(|(name, _)| name == first).map(|(_, unit)| *unit);
    }
    let run: String = tokens.iter().take(3).map(String::as_str).collect();
    list.iter().find(|(name, _)| run.starts_with(name)).map(|(_, unit)| *unit)
}

/// What a number behind it names.
const SUBJECTS: &[&str] = &[
    "order",
    "invoice",
    "booking",
    "reservation",
    "ticket",
    "case",
    "parcel",
    "shipment",
    "tracking",
    "number",
    "no",
    "nr",
    "ref",
    "reference",
    "contract",
    "model",
    "serial",
    "flight",
    "request",
    "单",
    "号",
    "票",
    "同",
    "码",
];

/// Whether the words before a number say that it names something.
pub(super) fn refers(before: &[String]) -> bool {
    before.last().is_some_and(|word| SUBJECTS.contains(&word.as_str()))
}

const DENIALS: &[&str] = &[
    " not ",
    "n't ",
    " no ",
    " never ",
    " cannot ",
    " without ",
    " nor ",
    " none ",
    " neither ",
    " unable ",
    " nicht ",
    " kein",
    " nie ",
    " ne ",
    " pas ",
    " jamais ",
    " nunca ",
];
const DENIALS_WIDE: &[&str] = &["不", "没", "无法", "未", "勿", "非免", "禁止"];

/// Whether a text says that something is not so.
pub(super) fn denies(text: &str) -> bool {
    let low = text.to_lowercase().replace('’', "'");
    let apart: String = low.chars().map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' }).collect();
    // What is an apology or asks for nothing denies nothing.
    let wide = low.replace("不好意思", "").replace("不便", "").replace("没问题", "");
    has(&format!(" {apart} "), DENIALS) || has(&wide, DENIALS_WIDE)
}

/// What only the company can give, in lower case: in a reply it is an offer.
pub(super) const OFFERS: &[&str] = &[
    "refund",
    "replac",
    "free of charge",
    "for free",
    "at no cost",
    "discount",
    "voucher",
    "coupon",
    "gift",
    "waive",
    "reimburs",
    "money back",
    "erstatt",
    "kostenlos",
    "rembours",
    "gratuit",
    "reembols",
    "gratis",
    "退款",
    "退钱",
    "换货",
    "更换",
    "免费",
    "折扣",
    "优惠",
    "赔",
    "赠送",
    "退还",
];

/// What a reply never asks for.
pub(super) const SECRETS: &[&str] = &[
    "card number",
    "cvv",
    "cvc",
    "security code",
    "password",
    "passcode",
    " pin ",
    "pin code",
    "one-time code",
    "verification code",
    "kartennummer",
    "passwort",
    "mot de passe",
    "contraseña",
    "密码",
    "卡号",
    "验证码",
    "安全码",
];

/// What says that something was done for this customer: policies tell of no such thing.
pub(super) const DONE: &[&str] = &[
    "has been",
    "have been",
    "is approved",
    "was approved",
    "is confirmed",
    "was confirmed",
    "we have ",
    "we've ",
    "i have ",
    "i've ",
    "is on its way",
    "we approved",
    "i approved",
    "we agreed",
    "wurde ",
    "a été",
    "ha sido",
    "已经",
    "已为",
    "已批准",
    "已退",
    "已发",
    "已安排",
    "已确认",
    "批准了",
    "同意了",
];

/// What tells that a sentence only repeats what the customer said.
pub(super) const TOLD: &[&str] = &[
    "you say",
    "you said",
    "you write",
    "you wrote",
    "you ask",
    "you told",
    "you tell",
    "you mention",
    "you describe",
    "you report",
    "you want",
    "you would like",
    "you'd like",
    "you need",
    "as i understand",
    "if i understand",
    "sie schreiben",
    "sie möchten",
    "vous demandez",
    "vous souhaitez",
    "usted pide",
    "您说",
    "您提到",
    "您想",
    "您希望",
    "您询问",
    "您反映",
    "您需要",
    "你说",
    "你提到",
    "你想",
];

/// Whose matter a sentence is about: the customer's own.
pub(super) const YOURS: &[&str] =
    &[" you", "ihr", " sie ", " dein", "votre", " vous", " tu ", " usted", " su ", "您", "你", "貴方", "お客様"];

/// What asks for something without a question mark.
pub(super) const REQUESTS: &[&str] = &[
    "please ",
    "could you ",
    "can you ",
    "would you ",
    "kindly ",
    "bitte ",
    "merci de ",
    "por favor",
    "请",
    "麻烦您",
    "烦请",
];

/// Requests that state something.
pub(super) const NOTED: &[&str] = &[
    "please note",
    "please be a",
    "please remember",
    "please know",
    "note that",
    "请注意",
    "请知悉",
    "请知晓",
    "请放心",
];

/// Questions about what the customer knows best, which the company's words in them do not make a statement.
pub(super) const CHECKS: &[&str] = &[
    "you confirm",
    "please confirm",
    "you verify",
    "you check",
    "please check",
    "您确认",
    "请确认",
    "您核实",
    "请核实",
];

/// What greetings and thanks begin with.
pub(super) const GREETINGS: &[&str] = &[
    "hello",
    "hi ",
    "hi,",
    "hey",
    "dear ",
    "good morning",
    "good afternoon",
    "good evening",
    "thank you",
    "thanks",
    "hallo",
    "guten tag",
    "liebe",
    "bonjour",
    "merci",
    "hola",
    "gracias",
    "您好",
    "你好",
    "尊敬的",
    "亲爱的",
    "谢谢",
    "感谢",
];

/// How somebody is called behind their name.
pub(super) const TITLES: &[&str] = &["先生", "女士", "小姐", "老师"];

/// Whole courtesies; what is made of their words alone states nothing.
pub(super) const COURTESIES: &[&str] = &[
    "hello",
    "hi",
    "hey",
    "dear customer",
    "good morning",
    "good afternoon",
    "good evening",
    "thank you very much",
    "thanks for your message",
    "thank you for contacting us",
    "thank you for reaching out",
    "thank you for writing to us",
    "thank you for getting in touch",
    "thank you for letting us know",
    "thank you for your patience",
    "i am so sorry",
    "we are very sorry to hear that",
    "sorry about this",
    "we apologise apologize sincerely for the inconvenience trouble",
    "my apologies",
    "i understand how frustrating this must be",
    "i see",
    "of course",
    "certainly",
    "gladly",
    "i am happy to help you with that",
    "let me help you",
    "we are here to help",
    "i will gladly look into this for you",
    "let us know if you have any other questions",
    "please let me know if there is anything else we can help with",
    "do not hesitate to contact us again",
    "have a nice lovely good great day evening weekend",
    "best kind warm regards",
    "take care",
    "you are welcome",
    "looking forward to hearing from you",
    "your message",
    "annoying",
    "problem",
    "hallo guten tag",
    "vielen dank für ihre nachricht",
    "es tut mir leid",
    "entschuldigung",
    "gern geschehen",
    "mit freundlichen grüßen",
    "bonjour",
    "merci pour votre message",
    "je suis désolé",
    "cordialement",
    "hola buenos días",
    "gracias por su mensaje",
    "lo siento mucho",
    "saludos",
    "您好",
    "你好",
    "亲爱的顾客",
    "尊敬的客户",
    "感谢您的来信",
    "感谢您联系我们",
    "感谢您的耐心等待",
    "感谢您的反馈",
    "谢谢您",
    "谢谢您的留言",
    "非常感谢",
    "很抱歉",
    "非常抱歉给您带来不便",
    "抱歉给您带来了困扰",
    "对不起",
    "不好意思",
    "我理解您的心情",
    "非常理解",
    "很高兴为您服务",
    "很乐意帮助您",
    "如有其他问题请随时联系我们",
    "如果还有其他问题请随时告诉我们",
    "祝您生活愉快",
    "祝您一切顺利",
    "请您稍等",
    "让您久等了",
    "不客气",
];
