/** How many notifications one has not read: asked at each step through the application. */
import { defineStore } from 'pinia'
import { ref } from 'vue'

import { api, ApiError, body } from '@/api/client'

export const useUnread = defineStore('unread', () => {
  const count = ref(0)

  /** Ask anew. Never by a timer: that would keep a session alive that nobody uses. */
  async function refresh(): Promise<void> {
    try {
      count.value = (await body(api.GET('/api/v1/notifications/unread'))).unread ?? 0
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure // else the number stays as it was
    }
  }

  return { count, refresh }
})
