/** The words of moving cases, brought along when the page is first opened. */
import { i18n, type Same } from '@/i18n'
import en from '@/locales/migrating.en'
import zhCN from '@/locales/migrating.zh-CN'

const english: Same<typeof zhCN> = en
i18n.global.mergeLocaleMessage('zh-CN', { migrating: zhCN })
i18n.global.mergeLocaleMessage('en', { migrating: english })
