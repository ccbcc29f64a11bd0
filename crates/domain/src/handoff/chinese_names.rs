//! Names in Chinese dialogues.

use super::{Speaker, slot::Said};
use std::collections::HashSet;

/// A name with its place.
#[derive(Debug, Clone)]
pub(super) struct Named {
    /// As written.
    pub text: String,
    /// Line.
    pub turn: usize,
    /// Byte in the line.
    pub at: usize,
}

/// What ends or starts a name, longest first.
const MARKS: &[&str] = &[
    "推荐您去",
    "推荐你去",
    "推荐大家去",
    "建议您去",
    "建议你去",
    "为您推荐",
    "给您推荐",
    "您可以去",
    "你可以去",
    "可以去",
    "游玩时间",
    "营业时间",
    "人均消费",
    "考虑一下",
    "名字是",
    "名称是",
    "推荐菜",
    "这家店",
    "那家店",
    "附近有",
    "周边有",
    "附近的",
    "周边的",
    "怎么样",
    "推荐",
    "建议",
    "名叫",
    "叫做",
    "您去",
    "你去",
    "就去",
    "想去",
    "要去",
    "前往",
    "还有",
    "以及",
    "或者",
    "这家",
    "那家",
    "这个",
    "那个",
    "这里",
    "那里",
    "附近",
    "周边",
    "旁边",
    "周围",
    "住宿",
    "用餐",
    "游玩",
    "尝尝",
    "就餐",
    "吃饭",
    "看看",
    "转转",
    "逛逛",
    "符合",
    "满足",
    "价格",
    "评分",
    "电话",
    "地址",
    "门票",
    "人均",
    "可以",
    "不错",
    "非常",
    "完全",
    "等等",
    "比较",
    "挺好",
    "您看",
    "你看",
    "怎样",
    "如何",
    "请问",
    "谢谢",
    "好的",
    "那就",
    "选择",
    "预定",
    "预订",
    "只有",
    "离开",
    "出发",
    "坐地铁",
    "打车",
    "觉得",
    "属于",
    "知道",
    "感受",
    "品尝",
    "尝一尝",
    "查一下",
    "问一下",
    "了解",
    "认为",
    "方便",
    "明天",
    "查到",
    "帮我",
    "您",
    "你",
    "我",
    "它",
    "他",
    "她",
    "去",
    "叫",
    "是",
    "有",
    "在",
    "到",
    "从",
    "和",
    "跟",
    "与",
    "或",
    "的",
    "吧",
    "呢",
    "啊",
    "呀",
    "哦",
    "吗",
    "了",
    "住",
    "玩",
    "吃",
    "请",
    "找",
    "就",
    "也",
    "很",
    "哟",
];

/// Marks after which a name is expected.
const OFFERS: &[&str] = &[
    "推荐您去",
    "推荐你去",
    "推荐大家去",
    "建议您去",
    "建议你去",
    "为您推荐",
    "给您推荐",
    "您可以去",
    "你可以去",
    "可以去",
    "推荐",
    "建议",
    "名叫",
    "叫做",
    "名字是",
    "名称是",
    "您去",
    "你去",
    "就去",
    "去",
    "叫",
    "选择",
    "那就",
    "您看",
    "你看",
    "想去",
    "要去",
    "前往",
];

/// Endings of names of places and firms.
const ENDINGS: &[&str] = &[
    "酒店",
    "宾馆",
    "饭店",
    "公寓",
    "客栈",
    "旅馆",
    "饭庄",
    "餐厅",
    "酒家",
    "酒楼",
    "小吃店",
    "火锅",
    "烤鸭店",
    "烤肉",
    "公园",
    "博物馆",
    "美术馆",
    "纪念馆",
    "艺术馆",
    "图书馆",
    "体育馆",
    "剧院",
    "剧场",
    "景区",
    "风景区",
    "长城",
    "寺",
    "故居",
    "度假村",
    "广场",
    "植物园",
    "动物园",
    "乐园",
    "大厦",
    "商城",
    "山庄",
    "农家院",
    "会所",
    "食府",
    "面馆",
    "粥店",
    "蜡像馆",
    "公司",
    "银行",
    "医院",
    "大学",
    "宫",
];

/// Words that are no name however often they are said.
const COMMON: &[&str] = &[
    "酒店",
    "餐馆",
    "餐厅",
    "景点",
    "地铁站",
    "地铁",
    "出租车",
    "地方",
    "宾馆",
    "饭店",
    "公园",
    "火锅",
    "烤肉",
    "评分",
    "电话",
    "地址",
    "人均",
    "消费",
    "门票",
    "价格",
    "时间",
    "推荐",
    "附近",
    "周边",
    "类型",
    "营业",
    "服务",
    "免费",
    "小时",
    "以上",
    "哪",
    "什么",
    "多少",
    "服务",
    "一下",
    "早餐",
    "设施",
    "谢谢",
    "没有",
    "抱歉",
    "一家",
    "一个",
    "几家",
    "经济型",
    "舒适型",
    "高档型",
    "豪华型",
    "提供",
    "好玩",
    "好吃",
    "帮忙",
    "帮",
    "需要",
    "希望",
    "喜欢",
    "出发地",
    "目的地",
    "起点",
    "终点",
    "位置",
    "一下",
    "告诉",
    "知道",
    "查",
    "不客气",
    "问题",
    "朋友",
    "妈妈",
    "老公",
    "女朋友",
    "家",
    "想",
    "要",
    "能",
    "给",
    "最",
    "还",
    "不",
    "这",
    "那",
    "好",
    "都",
    "元",
    "分",
    "菜",
    "道",
    "哪儿",
    "之间",
    "左右",
    "些",
    "有",
    "的",
    "们",
    "找",
    "一辆",
];

fn is_break(c: char) -> bool {
    matches!(
        c,
        '，' | '。'
            | '！'
            | '？'
            | '；'
            | '：'
            | '、'
            | ','
            | '!'
            | '?'
            | ';'
            | ':'
            | '“'
            | '”'
            | '"'
            | '~'
            | '\n'
            | ' '
    )
}

/// Pieces between marks: (mark before, piece, its byte). Brackets are kept whole with what precedes them.
fn pieces(text: &str) -> Vec<(&str, &str, usize)> {
    let mut found = Vec::new();
    let (mut start, mut before, mut at, mut depth) = (0, "", 0, 0_usize);
    let long = |piece: &str| piece.chars().count() >= 2;
    while at < text.len() {
        let rest = &text[at..];
        let Some(c) = rest.chars().next() else { break };
        match c {
            '(' | '（' => depth += 1,
            ')' | '）' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let mark = if depth > 0 {
            None
        } else if is_break(c) {
            Some(&rest[..c.len_utf8()])
        } else {
            MARKS
                .iter()
                .find(|mark| rest.starts_with(**mark))
                .filter(|mark| {
                    // 颐和园 and the like: a single character splits only between longer pieces.
                    mark.chars().count() > 1 || {
                        let behind = rest[mark.len()..].split(is_break).next().unwrap_or("");
                        // 小吃店 and 好吃: no verb.
                        !(mark.starts_with("吃") && text[..at].ends_with(['小', '好', '贪']))
                            && (at == start || long(&text[start..at]))
                            && (behind.is_empty() || long(behind))
                    }
                })
                .map(|mark| &rest[..mark.len()])
        };
        if let Some(mark) = mark {
            if at > start {
                found.push((before, &text[start..at], start));
            }
            at += mark.len();
            (start, before) = (at, mark);
        } else {
            at += c.len_utf8();
        }
    }
    if at > start {
        found.push((before, &text[start..], start));
    }
    found
}

/// Whether more than common words is left of a piece.
fn special(piece: &str) -> bool {
    let mut rest = piece.to_owned();
    for word in COMMON {
        rest = rest.replace(word, "");
    }
    rest.chars().filter(|c| c.is_alphanumeric() && !c.is_ascii_digit()).count() >= 2
}

fn trimmed(piece: &str) -> &str {
    const HEAD: &[&str] = &[
        "那",
        "嗯",
        "好",
        "最",
        "还",
        "都",
        "想",
        "要",
        "能",
        "帮",
        "给",
        "再",
        "先",
        "为",
        "只",
        "这",
        "不过",
        "比如",
        "像",
        "另外",
        "介绍",
        "一家",
        "一个",
        "查到",
        "考虑",
        "定",
        "订",
        "找一家",
        "找个",
        "找一个",
        "提供",
    ];
    const TAIL: &[&str] = &[
        "等", "都", "挺", "最", "这", "那", "还", "不", "吧", "就餐", "这儿", "那儿", "为", "怎么", "餐馆", "景点",
        "应该", "好", "给", "想", "店里", "先", "乘坐", "乘",
    ];
    let mut piece = piece.trim();
    loop {
        let before = piece;
        for head in HEAD {
            piece = piece.strip_prefix(head).unwrap_or(piece);
        }
        for tail in TAIL {
            piece = piece.strip_suffix(tail).unwrap_or(piece);
        }
        if piece == before {
            return piece;
        }
    }
}

/// The names of a dialogue, each where it was first said by whoever chose it: what a customer says counts before
/// what was offered, and one of a list of offers counts only when the customer takes it up.
pub(super) fn names(turns: &[Said<'_>]) -> Vec<Named> {
    let texts = |customer: bool| -> Vec<(usize, &str)> {
        turns
            .iter()
            .enumerate()
            .filter(|(_, t)| (t.speaker == Speaker::Customer) == customer)
            .map(|(i, t)| (i, t.text))
            .collect()
    };
    let (asked, told) = (texts(true), texts(false));
    let mut found: Vec<Named> = Vec::new();
    let mut seen: HashSet<String> = HashSet::new();
    for (turn, said) in turns.iter().enumerate() {
        let customer = said.speaker == Speaker::Customer;
        let mut here: Vec<(bool, Named)> = Vec::new();
        for (mark, piece, at) in pieces(said.text) {
            let name = trimmed(piece);
            let length = name.chars().count();
            if !(2..=28).contains(&length)
                || name.starts_with(|c: char| c.is_ascii_digit() && !name.contains(['(', '（']))
                || !special(name)
            {
                continue;
            }
            let bracket = name.contains(['(', '（']) && !name.starts_with(['(', '（']);
            let ending = length >= 4 && ENDINGS.iter().any(|end| name.ends_with(end));
            let offered = OFFERS.contains(&mark) && (3..=12).contains(&length);
            let others = if customer { &told } else { &asked };
            let echoed = length >= 3 && others.iter().any(|(i, text)| (*i < turn || !customer) && text.contains(name));
            if bracket
                || ending
                || echoed
                || (offered && !customer)
                || (offered && matches!(mark, "名叫" | "叫做" | "叫"))
            {
                let at = at + piece.find(name).unwrap_or(0);
                here.push((echoed || customer, Named { text: name.to_owned(), turn, at }));
            }
        }
        let list = here.len() > 2;
        for (firm, name) in here {
            if (firm || !list) && seen.insert(name.text.clone()) {
                found.push(name);
            }
        }
    }
    found
}
