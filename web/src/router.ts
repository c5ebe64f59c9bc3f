/** The pages. Each is loaded when it is first opened. */
import { nextTick } from 'vue'
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'

import { i18n } from './i18n'
import { useSession } from './session/store'

/** Pages for people who have signed in, inside the frame with the navigation. Where home is depends on them. */
const inside: RouteRecordRaw[] = [
  { path: '', name: 'home', component: () => import('./layout/MissingPage.vue'), beforeEnter: () => (useSession().isApplicant && !useSession().isOfficial ? '/applications' : '/workbench') },
  { path: 'tasks', name: 'tasks', redirect: '/workbench' },
  { path: 'workbench/:list?', name: 'workbench', component: () => import('./workbench/WorkbenchPage.vue'), props: true, meta: { title: 'common.nav.workbench' } },
  { path: 'dashboard', name: 'dashboard', component: () => import('./dashboard/DashboardPage.vue'), meta: { title: 'dashboard.title' } },
  { path: 'cases/:caseId/board', name: 'board', component: () => import('./board/BoardPage.vue'), props: true, meta: { title: 'board.title' } },
  { path: 'procedures', name: 'procedures', component: () => import('./applicant/ProceduresPage.vue'), meta: { title: 'applicant.procedures' } },
  { path: 'procedures/:procedureId', name: 'procedure', component: () => import('./applicant/ProcedurePage.vue'), props: true, meta: { title: 'applicant.procedures' } },
  { path: 'procedures/:procedureId/start', name: 'start', component: () => import('./applicant/StartPage.vue'), props: true, meta: { title: 'applicant.start' } },
  { path: 'applications', name: 'applications', component: () => import('./applicant/ApplicationsPage.vue'), meta: { title: 'applicant.applications' } },
  { path: 'tasks/:taskId', name: 'task', component: () => import('./tasks/TaskPage.vue'), props: true, meta: { title: 'tasks.title' } },
  { path: 'cases/:caseId', name: 'case', component: () => import('./cases/CasePage.vue'), props: true, meta: { title: 'cases.title' } },
  { path: 'operations/incidents/:incidentId', name: 'incident', component: () => import('./operations/IncidentPage.vue'), props: true, meta: { title: 'operations.tabs.incidents' } },
  { path: 'operations/:tab?', name: 'operations', component: () => import('./operations/OperationsPage.vue'), props: true, meta: { title: 'operations.title' } },
  { path: 'studio', name: 'studio', component: () => import('./studio/StudioPage.vue'), meta: { title: 'common.nav.studio' } },
  { path: 'studio/migration/:procedure', name: 'migration', component: () => import('./migrating/MigrationPage.vue'), props: true, meta: { title: 'common.nav.studio' } },
  { path: 'studio/drafts/:draftId/:tab?', name: 'studio-draft', component: () => import('./studio/DraftPage.vue'), props: true, meta: { title: 'common.nav.studio' } },
  { path: 'me/:tab?', name: 'me', component: () => import('./handling/MePage.vue'), props: true, meta: { title: 'handling.me.title' } },
]

/** Pages that anyone may open. */
const outside: RouteRecordRaw[] = [
  { path: '', redirect: '/public/notices' },
  { path: 'notices', name: 'notices', component: () => import('./public/NoticesPage.vue'), meta: { title: 'public.notices.title' } },
  { path: 'notices/:number', name: 'notice', component: () => import('./public/NoticePage.vue'), props: true, meta: { title: 'public.notice.title' } },
  { path: 'notices/:number/objection', name: 'objection', component: () => import('./public/ObjectionPage.vue'), props: true, meta: { title: 'public.objection.title' } },
  { path: 'objections', name: 'reply', component: () => import('./public/ReplyPage.vue'), meta: { title: 'public.reply.title' } },
  { path: 'register', name: 'register', component: () => import('./public/RegisterPage.vue'), meta: { title: 'public.register.title' } },
  { path: 'certificates/:number?', name: 'certificate', component: () => import('./public/CertificatePage.vue'), props: true, meta: { title: 'public.certificate.title' } },
  { path: 'progress', name: 'progress', component: () => import('./public/ProgressPage.vue'), meta: { title: 'public.progress.title' } },
]

const routes: RouteRecordRaw[] = [
  { path: '/sign-in', name: 'sign-in', component: () => import('./session/SignInPage.vue'), meta: { open: true, title: 'common.signIn.title' } },
  { path: '/public', component: () => import('./layout/PublicShell.vue'), children: outside, meta: { open: true } },
  { path: '/', component: () => import('./layout/AppShell.vue'), children: inside },
  { path: '/:rest(.*)*', name: 'missing', component: () => import('./layout/MissingPage.vue'), meta: { open: true, title: 'common.missing.title' } },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (to, _from, saved) => saved ?? (to.hash ? { el: to.hash } : { top: 0 }),
})

router.beforeEach(async (to) => {
  if (to.matched.some((record) => record.meta.open)) return true
  const session = useSession()
  await session.load()
  return session.who ? true : { name: 'sign-in', query: { to: to.fullPath } }
})

router.afterEach((to, from) => {
  // Another page begins at its content, for the keyboard and for screen readers.
  if (from.matched.length && to.path !== from.path) {
    void nextTick(() => document.getElementById('content')?.focus({ preventScroll: true }))
  }
  const { t } = i18n.global
  const title = typeof to.meta.title === 'string' ? t(to.meta.title) : ''
  document.title = title ? `${title} · ${t('common.product')}` : t('common.product')
})
