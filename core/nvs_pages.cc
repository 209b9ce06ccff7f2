#include "core/nvs_pages.h"

#include "base/assert.h"

namespace rota::core {

using formats::kNvsEntryCount;
using formats::NvsType;
using Use = NvsPage::Use;

bool NvsPageList::contains(const NvsPage& page) const {
  for (const NvsPage* p = first_; p != nullptr; p = p->next) {
    if (p == &page) return true;
  }
  return false;
}

void NvsPageList::insert_after(NvsPage* before, NvsPage& page) {
  NvsPage*& link = before == nullptr ? first_ : before->next;
  page.next = link;
  link = &page;
  if (page.next == nullptr) last_ = &page;
  ++size_;
}

void NvsPageList::push_back(NvsPage& page) { insert_after(last_, page); }

void NvsPageList::insert_by_sequence(NvsPage& page) {
  NvsPage* before = nullptr;
  for (NvsPage* p = first_; p != nullptr && p->sequence() <= page.sequence(); p = p->next) {
    before = p;
  }
  insert_after(before, page);
}

void NvsPageList::remove(NvsPage& page) {
  NvsPage* before = nullptr;
  for (NvsPage* p = first_; p != &page; p = p->next) before = p;
  (before == nullptr ? first_ : before->next) = page.next;
  if (last_ == &page) last_ = before;
  page.next = nullptr;
  --size_;
}

Status NvsPages::load() {
  used_ = {};
  free_ = {};
  next_sequence_ = 0;
  for (std::uint32_t i = 0; i < count(); ++i) {
    NvsPage& page = pages_[i];
    ROTA_TRY(page.load(*partition_, i));
    if (page.use() == Use::kUninitialized || page.use() == Use::kCorrupt) {
      free_.push_back(page);
    } else {
      used_.insert_by_sequence(page);
    }
  }
  if (used_.empty()) return activate_free_page();
  next_sequence_ = used_.last()->sequence() + 1;
  if (partition_->is_read_only()) return {};
  ROTA_TRY(erase_older_copy_of_newest_item());
  ROTA_TRY(finish_reclaim());
  if (free_.empty()) return Error::kNvsNoFreePages;
  return {};
}

// The power may have gone after the newest item was written and before its predecessor was erased.
Status NvsPages::erase_older_copy_of_newest_item() {
  NvsFound newest;
  bool has_item = false;
  for (std::uint32_t from = 0; from < kNvsEntryCount;) {
    const auto item = current().find(NvsQuery{}, from);
    if (!item.ok()) break;
    newest = *item;
    has_item = true;
    from = item->index + item->entry.span;
  }
  if (!has_item) return {};

  const auto erase_first = [&](const NvsQuery& query) {
    for (NvsPage* page = used_.first(); page != &current(); page = page->next) {
      if (page->use() == Use::kFreeing) continue;
      const auto older = page->find(query);
      if (older.ok() && page->erase_item(older->index, NvsErasing::kPurge).ok()) return true;
    }
    return false;
  };
  NvsQuery query = NvsQuery::same_item_as(newest.entry);
  if (erase_first(query) || newest.entry.type != NvsType::kBlobIndex) return {};
  query.type = NvsType::kOldBlob;
  erase_first(query);
  return {};
}

Status NvsPages::finish_reclaim() {
  NvsPage* freeing = used_.first();
  while (freeing != nullptr && freeing->use() != Use::kFreeing) freeing = freeing->next;
  if (freeing == nullptr) return {};
  NvsPage& newest = current();
  if (newest.use() == Use::kActive) {
    // An unfinished copy: everything on it is still on the page that is being reclaimed.
    ROTA_TRY(newest.erase());
    used_.remove(newest);
    free_.push_back(newest);
  }
  ROTA_TRY(activate_free_page());
  return move_items(*freeing);
}

Status NvsPages::activate_free_page() {
  if (free_.empty()) return Error::kNvsNotEnoughSpace;
  NvsPage& page = *free_.first();
  if (page.use() == Use::kCorrupt) ROTA_TRY(page.erase());
  free_.remove(page);
  used_.push_back(page);
  page.set_sequence(next_sequence_++);
  return {};
}

Status NvsPages::move_items(NvsPage& from) {
  ROTA_TRY(from.copy_items_to(current()));
  ROTA_TRY(from.erase());
  used_.remove(from);
  free_.push_back(from);
  return {};
}

Status NvsPages::start_new_page() {
  if (free_.empty()) return Error::kNvsInvalidState;
  if (free_.size() >= 2) return activate_free_page();

  NvsPage* victim = nullptr;
  std::uint32_t most_unused = 0;
  for (NvsPage* page = used_.first(); page != nullptr; page = page->next) {
    const std::uint32_t unused = kNvsEntryCount - page->used_entries();
    if (unused <= most_unused) continue;
    most_unused = unused;
    victim = page;
  }
  if (victim == nullptr) return Error::kNvsNotEnoughSpace;
  const std::uint32_t used_entries = victim->used_entries();
  ROTA_TRY(victim->mark_freeing());
  ROTA_TRY(activate_free_page());
  ROTA_TRY(victim->copy_items_to(current()));
  ROTA_TRY(victim->erase());
  if (current().used_entries() != used_entries) return Error::kNvsInconsistent;
  used_.remove(*victim);
  free_.push_back(*victim);
  return {};
}

Status NvsPages::leave_current_page() {
  if (current().use() != Use::kFull) ROTA_TRY(current().mark_full());
  return start_new_page();
}

Result<NvsPlace> NvsPages::find(const NvsQuery& query) {
  for (NvsPage* page = used_.first(); page != nullptr; page = page->next) {
    const auto found = page->find(query);
    if (found.ok()) return NvsPlace{page, *found};
    if (found.error() == Error::kFlashReadFailed) return found.error();
  }
  return Error::kNvsNotFound;
}

Status NvsPages::find_and_erase(const NvsQuery& query, NvsErasing erasing) {
  const auto place = find(query);
  ROTA_TRY(place);
  return place->page->erase_item(place->found.index, erasing);
}

bool NvsPages::has_invalid_page() const {
  for (const NvsPage* page = used_.first(); page != nullptr; page = page->next) {
    if (page->use() == Use::kInvalid) return true;
  }
  return false;
}

Status NvsPages::count_entries(NvsPageCounts& counts) const {
  counts = {};
  for (const NvsPage* page = used_.first(); page != nullptr; page = page->next) {
    counts.total_entries += kNvsEntryCount;
    if (page->use() == Use::kInvalid) return Error::kNvsInvalidState;
    if (page->use() == Use::kFreeing) return Error::kNvsInconsistent;
    counts.used_entries += page->used_entries();
    counts.free_entries += kNvsEntryCount - page->used_entries();
  }
  counts.total_entries += free_.size() * kNvsEntryCount;
  counts.free_entries += free_.size() * kNvsEntryCount;
  counts.available_entries =
      counts.free_entries > kNvsEntryCount ? counts.free_entries - kNvsEntryCount : 0;
  return {};
}

}  // namespace rota::core
