/** The words of working together on a draft. */
import { i18n, type Same } from '@/i18n'
import en from '@/locales/together.en'
import zhCN from '@/locales/together.zh-CN'

const english: Same<typeof zhCN> = en
i18n.global.mergeLocaleMessage('zh-CN', { together: zhCN })
i18n.global.mergeLocaleMessage('en', { together: english })
