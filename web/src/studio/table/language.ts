/** The words of examples beside tables. */
import { i18n, type Same } from '@/i18n'
import en from '@/locales/examples.en'
import zhCN from '@/locales/examples.zh-CN'

const english: Same<typeof zhCN> = en
i18n.global.mergeLocaleMessage('zh-CN', { examples: zhCN })
i18n.global.mergeLocaleMessage('en', { examples: english })
