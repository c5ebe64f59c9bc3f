/** The links of the main navigation and who sees them; each area adds its own. */
import type { useSession } from '@/session/store'

interface Link {
  to: string
  words: string
  isFor: (session: ReturnType<typeof useSession>) => boolean
}

const everyone = (): boolean => true

export const links: Link[] = [
  { to: '/workbench', words: 'common.nav.workbench', isFor: everyone },
  { to: '/applications', words: 'applicant.applications', isFor: (session) => session.isApplicant },
  { to: '/procedures', words: 'applicant.procedures', isFor: everyone },
  { to: '/dashboard', words: 'dashboard.title', isFor: (session) => session.holds('authority_leader') || session.holds('process_owner') },
  { to: '/studio', words: 'common.nav.studio', isFor: (session) => session.holds('process_owner') },
  { to: '/operations', words: 'operations.title', isFor: (session) => session.holds('process_owner') },
  { to: '/me', words: 'handling.me.title', isFor: everyone },
  { to: '/public', words: 'common.nav.public', isFor: everyone },
]
