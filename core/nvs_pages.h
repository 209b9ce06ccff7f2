// The pages of one NVS partition: which are in use, in what order, and how room is made
// (spec/nvs 6 and 7).
//
// Used pages are ordered by sequence number; new items go to the last one. Free pages stand in a
// queue, so that wear spreads. At least one page stays free: reclaiming copies the items of the
// page with the fewest of them there.
//
// Power contract: a page that is being reclaimed is marked first; load() finds the mark, drops the
// unfinished copy and copies again. No item is ever only in RAM.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "core/nvs_page.h"

namespace rota::core {

// Pages in order, threaded through NvsPage::next.
class NvsPageList {
 public:
  NvsPage* first() const { return first_; }
  NvsPage* last() const { return last_; }
  bool empty() const { return first_ == nullptr; }
  std::uint32_t size() const { return size_; }
  bool contains(const NvsPage& page) const;

  void push_back(NvsPage& page);
  // Behind all pages with the same or a smaller sequence number.
  void insert_by_sequence(NvsPage& page);
  void remove(NvsPage& page);

 private:
  void insert_after(NvsPage* before, NvsPage& page);

  NvsPage* first_ = nullptr;
  NvsPage* last_ = nullptr;
  std::uint32_t size_ = 0;
};

struct NvsPageCounts {
  std::uint32_t used_entries = 0;
  std::uint32_t free_entries = 0;       // erased ones and the spare page, too
  std::uint32_t available_entries = 0;  // without the spare page
  std::uint32_t total_entries = 0;
};

struct NvsPlace {
  NvsPage* page = nullptr;
  NvsFound found;

  const formats::NvsEntry& entry() const { return found.entry; }
};

class NvsPages {
 public:
  // Borrows both; one NvsPage for each page of the partition.
  NvsPages(NvsPartition& partition, std::span<NvsPage> pages)
      : partition_(&partition), pages_(pages) {}

  // Reads all pages, repairs and finishes what a power cut interrupted.
  // Errors: kNvsNewVersion, kNvsNoFreePages, kNvsNotEnoughSpace, kPartitionReadOnly, flash errors.
  Status load();

  NvsPage& current() { return *used_.last(); }
  const NvsPageList& used() const { return used_; }
  // A write failed on one of the pages, so what lies there is not found until the next mount.
  bool has_invalid_page() const;
  std::uint32_t count() const { return static_cast<std::uint32_t>(pages_.size()); }

  // The first match, in page order. Pages that can not be searched are passed over.
  // Errors: kNvsNotFound, kFlashReadFailed.
  Result<NvsPlace> find(const NvsQuery& query);
  // As find(); erases what it finds.
  Status find_and_erase(const NvsQuery& query, NvsErasing erasing);

  // Makes another page the current one; reclaims one if only the spare is left.
  // Errors: kNvsInvalidState, kNvsNotEnoughSpace (nothing is erased anywhere), kNvsInconsistent,
  // flash errors.
  Status start_new_page();
  // Marks the current page full, unless it is, and makes another one current.
  Status leave_current_page();

  // Adds up page by page; after an error `counts` holds what was added so far.
  // Errors: kNvsInvalidState (an invalid page), kNvsInconsistent (an unfinished reclaim).
  Status count_entries(NvsPageCounts& counts) const;

 private:
  Status erase_older_copy_of_newest_item();
  Status finish_reclaim();
  Status activate_free_page();
  Status move_items(NvsPage& from);

  NvsPartition* partition_;
  std::span<NvsPage> pages_;
  NvsPageList used_;
  NvsPageList free_;
  std::uint32_t next_sequence_ = 0;
};

}  // namespace rota::core
