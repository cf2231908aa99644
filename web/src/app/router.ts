// Every address of the console. What is in the address can be sent to somebody: filters, tabs
// and the thing itself. Who may see what is the server's to say; a page shows its refusal.
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { firstPlace } from './navigation'
import { useSession } from './session'

export const routes: RouteRecordRaw[] = [
  { path: '/', name: 'home', component: () => import('@/pages/Home.vue') },
  { path: '/sign-in', name: 'sign-in', component: () => import('@/pages/SignIn.vue') },
  { path: '/morning', name: 'morning', component: () => import('@/pages/Morning.vue') },
  { path: '/inbox', name: 'inbox', component: () => import('@/pages/Inbox.vue') },
  { path: '/cases/:id', name: 'case', component: () => import('@/pages/Case.vue'), props: true },
  { path: '/releases', name: 'releases', component: () => import('@/pages/Releases.vue') },
  { path: '/matters', name: 'matters', component: () => import('@/pages/Matters.vue') },
  { path: '/matters/:id', name: 'matter', component: () => import('@/pages/Matter.vue'), props: true },
  { path: '/catalog', name: 'catalog', component: () => import('@/pages/Catalog.vue') },
  { path: '/catalog/:id', name: 'resource', component: () => import('@/pages/Resource.vue'), props: true },
  { path: '/scenarios', name: 'scenarios', component: () => import('@/pages/Scenarios.vue') },
  { path: '/scenarios/new', name: 'new-scenario', component: () => import('@/pages/NewScenario.vue') },
  { path: '/scenarios/:id', name: 'scenario', component: () => import('@/pages/Scenario.vue'), props: true },
  { path: '/agreements', name: 'agreements', component: () => import('@/pages/Agreements.vue') },
  { path: '/agreements/:id', name: 'agreement', component: () => import('@/pages/Agreement.vue'), props: true },
  { path: '/workbench', name: 'workbenches', component: () => import('@/pages/Workbenches.vue') },
  { path: '/workbench/:id', name: 'workbench', component: () => import('@/pages/Workbench.vue'), props: true },
  { path: '/jobs', name: 'jobs', component: () => import('@/pages/Jobs.vue') },
  { path: '/jobs/:id', name: 'job', component: () => import('@/pages/Job.vue'), props: true },
  { path: '/candidates/:id', name: 'candidate', component: () => import('@/pages/Candidate.vue'), props: true },
  { path: '/products', name: 'products', component: () => import('@/pages/Products.vue') },
  { path: '/products/:id', name: 'product', component: () => import('@/pages/Product.vue'), props: true },
  { path: '/consents', name: 'consents', component: () => import('@/pages/Consents.vue') },
  { path: '/rules', name: 'rules', component: () => import('@/pages/Rules.vue') },
  { path: '/audit', name: 'audit', component: () => import('@/pages/Audit.vue') },
  { path: '/audit/:seq', name: 'entry', component: () => import('@/pages/Entry.vue'), props: true },
  { path: '/:rest(.*)*', name: 'nowhere', component: () => import('@/pages/Nowhere.vue') },
]

export const router = createRouter({
  history: createWebHistory('/console/'),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

router.beforeEach(async (to) => {
  const session = useSession()
  await session.recall()
  if (to.name === 'sign-in') return session.isSignedIn.value ? { name: 'home' } : true
  if (!session.isSignedIn.value) return { name: 'sign-in', query: to.name === 'home' ? {} : { to: to.fullPath } }
  // Who has a place of work begins there; the others find out what this is.
  const first = to.name === 'home' ? firstPlace(session.me.value?.roles ?? []) : undefined
  return first ? { name: first, replace: true } : true
})
