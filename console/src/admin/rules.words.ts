import { pack } from '../lib/i18n/pack';

export const words = {
  help: ['What people said of numbers and addresses: used by several, by one person, or never a key. Everything else is judged by its kind.', '对号码和地址的人工判定：多人共用、个人专用或不作依据。其余按类型自动判定。'],
  empty: ['Nothing was declared', '尚无判定'],
  'empty.help': ['Add your own switchboard, info@ or a placeholder of another system, and customers are no longer joined by it.', '添加您的总机号码、info@ 或其他系统的占位值，客户便不会因它而被关联。'],
  new: ['Declare a value', '新增判定'],
  kind: ['Kind', '类型'],
  value: ['Value', '值'],
  'value.help': ['Of mail also info@ (a role at any company) or @example.org (a whole domain).', '邮箱还可填 info@（任何公司的角色邮箱）或 @example.org（整个域名）。'],
  'value.check': ['Enter the number, the address or the customer number.', '请填写号码、地址或客户编号。'],
  what: ['What it is', '判定'],
  'help.shared': ['It joins nobody by itself; under the same name it is suggested.', '不会自动关联；同名时仅作建议。'],
  'help.personal': ['Verified, it joins, though its kind is shared.', '即使其类型通常共用，验证后也会关联。'],
  'help.blocked': ['It is never looked at.', '完全不予考虑。'],
  'blocked.need': ['Only who may manage customers blocks values.', '只有可管理客户的人员才能设为不作依据。'],
  reason: ['Why', '原因'],
  'reason.check': ['At most 500 characters.', '最多 500 个字符。'],
  standing: ['What was joined before stays joined: take it apart on the customer’s card.', '之前的关联保持不变，请在客户卡片上拆分。'],
  since: ['Declared {time}', '判定于 {time}'],
  clear: ['Take back', '撤销判定'],
  'clear.title': ['Take back what was said of {name}?', '撤销对“{name}”的判定？'],
  'clear.help': ['It is judged by its kind again.', '将恢复按类型判定。'],
  cleared: ['{name} is judged by its kind again', '“{name}”恢复按类型判定'],
} as const;
export const say = pack(words);
