/** All words of the application. Chinese is the source; English must have the same keys. */
import { createI18n } from 'vue-i18n'

import applicantEn from './locales/applicant.en'
import applicantZh from './locales/applicant.zh-CN'
import boardEn from './locales/board.en'
import boardZh from './locales/board.zh-CN'
import dashboardEn from './locales/dashboard.en'
import dashboardZh from './locales/dashboard.zh-CN'
import commonEn from './locales/common.en'
import commonZh from './locales/common.zh-CN'
import documentsEn from './locales/documents.en'
import documentsZh from './locales/documents.zh-CN'
import formsEn from './locales/forms.en'
import formsZh from './locales/forms.zh-CN'
import notifyingEn from './locales/notifying.en'
import notifyingZh from './locales/notifying.zh-CN'
import operationsEn from './locales/operations.en'
import operationsZh from './locales/operations.zh-CN'
import publicEn from './locales/public.en'
import publicZh from './locales/public.zh-CN'
import tasksEn from './locales/tasks.en'
import tasksZh from './locales/tasks.zh-CN'
import casesEn from './locales/cases.en'
import casesZh from './locales/cases.zh-CN'
import handlingEn from './locales/handling.en'
import handlingZh from './locales/handling.zh-CN'
import workbenchEn from './locales/workbench.en'
import workbenchZh from './locales/workbench.zh-CN'
import wordsEn from './locales/words.en'
import wordsZh from './locales/words.zh-CN'

const zhCN = { common: commonZh, forms: formsZh, tasks: tasksZh, cases: casesZh, handling: handlingZh, words: wordsZh, workbench: workbenchZh, applicant: applicantZh, board: boardZh, dashboard: dashboardZh, documents: documentsZh, public: publicZh, operations: operationsZh, notifying: notifyingZh }

/** The same keys with other words. */
export type Same<T> = { [K in keyof T]: T[K] extends string ? string : Same<T[K]> }

const en: Same<typeof zhCN> = { common: commonEn, forms: formsEn, tasks: tasksEn, cases: casesEn, handling: handlingEn, words: wordsEn, workbench: workbenchEn, applicant: applicantEn, board: boardEn, dashboard: dashboardEn, documents: documentsEn, public: publicEn, operations: operationsEn, notifying: notifyingEn }

const REMEMBERED = 'liancheng.language'
export type Language = 'zh-CN' | 'en'

const first: Language = localStorage.getItem(REMEMBERED) === 'en' ? 'en' : 'zh-CN'

export const i18n = createI18n({
  legacy: false,
  locale: first,
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zhCN, en },
})
document.documentElement.lang = first

/** Switch the language of the screens; kept on this machine. */
export function speak(language: Language): void {
  i18n.global.locale.value = language
  document.documentElement.lang = language
  localStorage.setItem(REMEMBERED, language)
}
