/**
 * industry.js - a class of GB/T 4754-2017 under the name of its section: 「制造业（C3972）」.
 */
import {t} from './words.js';

const SECTIONS = {A: ['农、林、牧、渔业', 'Agriculture'], B: ['采矿业', 'Mining'], C: ['制造业', 'Manufacturing'], D: ['电力、热力、燃气及水', 'Power, gas, water'],
  E: ['建筑业', 'Construction'], F: ['批发和零售业', 'Wholesale, retail'], G: ['交通运输、仓储和邮政业', 'Transport, post'],
  H: ['住宿和餐饮业', 'Hotels, catering'], I: ['信息传输、软件和信息技术', 'Information, software'], J: ['金融业', 'Finance'], K: ['房地产业', 'Real estate'],
  L: ['租赁和商务服务业', 'Business services'], M: ['科学研究和技术服务业', 'Research, technical services'], N: ['水利、环境和公共设施', 'Environment, public facilities'],
  O: ['居民服务和其他服务业', 'Other services'], P: ['教育', 'Education'], Q: ['卫生和社会工作', 'Health, social work'], R: ['文化、体育和娱乐业', 'Culture, sports'],
  S: ['公共管理和社会组织', 'Public administration'], T: ['国际组织', 'International organisations']};

export function industry_title(code) {
  const found = SECTIONS[String(code || '').slice(0, 1)];
  return found ? t(`${found[0]}（${code}）`, `${found[1]} (${code})`) : code || '—';
}
