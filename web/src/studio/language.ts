/** The studio's words, brought along when it is first opened: the workbench does not load them. */
import { i18n, type Same } from '@/i18n'
import en from '@/locales/studio.en'
import zhCN from '@/locales/studio.zh-CN'

const english: Same<typeof zhCN> = en
i18n.global.mergeLocaleMessage('zh-CN', { studio: zhCN })
i18n.global.mergeLocaleMessage('en', { studio: english })
