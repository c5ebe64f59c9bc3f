/** Short messages over the page. */
import { ElMessage } from 'element-plus/es/components/message/index'

import { ApiError } from '@/api/client'

/** Say that something was done. */
export function tell(message: string): void {
  ElMessage({ message, type: 'success', showClose: true })
}

/** Say why something was refused; what is no refusal is a bug and goes on. */
export function tellRefusal(error: unknown): void {
  if (!(error instanceof ApiError)) throw error
  ElMessage({ message: error.message, type: 'error', showClose: true, duration: 8000 })
}

/** Say what stands in the way; nothing was sent. */
export function tellProblem(message: string): void {
  ElMessage({ message, type: 'warning', showClose: true })
}
