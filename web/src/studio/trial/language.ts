/** The words of the trial, brought along when it is first opened. */
import { i18n, type Same } from '@/i18n'
import en from '@/locales/trial.en'
import zhCN from '@/locales/trial.zh-CN'

const english: Same<typeof zhCN> = en
i18n.global.mergeLocaleMessage('zh-CN', { trial: zhCN })
i18n.global.mergeLocaleMessage('en', { trial: english })
