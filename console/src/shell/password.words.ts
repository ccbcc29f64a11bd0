import { pack } from '../lib/i18n/pack';

/** Words of the dialog that sets another password. */
export const words = {
  title: ['Change password', '修改密码'],
  help: ['Everywhere else you are signed in, you will have to sign in again.', '修改后，您在其他设备和窗口上需重新登录。'],
  now: ['Current password', '当前密码'],
  new: ['New password', '新密码'],
  'new.help': ['12 characters or more. A few words that only you would put together are easy to keep and hard to guess.', '至少 12 个字符。用几个只有您会组合在一起的词，既好记又难猜。'],
  show: ['Show', '显示'],
  hide: ['Hide', '隐藏'],
  go: ['Change password', '修改密码'],
  done: ['Your password is changed.', '密码已修改。'],
  'refused.credentials': ['This is not your password.', '当前密码不正确。'],
  'refused.sign_in': ['This tab does not know your workspace and e-mail. Sign out, sign in again, then change it.', '此窗口没有您的工作区和邮箱信息。请先退出并重新登录，再修改密码。'],
  'refused.weak_password': ['Use at least 12 characters.', '至少需要 12 个字符。'],
  'refused.same_password': ['This is the password you have.', '新密码与当前密码相同。'],
  'refused.too_many': ['Too many attempts. Wait a minute and try again.', '尝试次数过多，请一分钟后再试。'],
  'refused.unavailable': ['No answer came. Try again in a moment; if you have to sign in, try the new password first.', '没有收到答复，请稍后再试；如需重新登录，请先试新密码。'],
} as const;
export const say = pack(words);
