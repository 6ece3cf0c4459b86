// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Uses /dev/winnow in every way that the loader does not: wrong arguments,
 * wrong order, two readers, readers that die, namespaces that go away. Prints
 * a line for each way that is answered as include/winnow_device.h says, and
 * ends with status 1 at the first that is not. The module has to be loaded.
 * With `events COUNT` it makes that many accesses and checks the accounts;
 * with `faults` it lets each allocation of a session fail in turn.
 */
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "winnow_device.h"
#include "workload.h"

#define CALL_OPENAT 7 /* the index that this program gives it */
#define CALL_FSTAT 8
#define CALL_CHDIR 9
#define OPENS 500
#define EVENTS 200000

static struct wn_call_desc calls[WN_CALL_TABLE] = {
	[SYS_openat] = {.kind = WN_KIND_OPEN, .op = WN_READ, .call = CALL_OPENAT, .dirfd = 1, .path = 2, .flags = 3},
	[SYS_fstat] = {.kind = WN_KIND_FD, .op = WN_STAT, .call = CALL_FSTAT, .fd = 1},
	[SYS_chdir] = {.kind = WN_KIND_CHDIR, .op = WN_LOOKUP, .call = CALL_CHDIR, .path = 1},
};

static const struct wn_setup usual = {
	.size = sizeof(usual), .ring_bytes = 1 << 16, .max_entries = 1024, .calls = (uintptr_t)calls,
};

static void check(int holds, const char *what)
{
	if (!holds) {
		printf("not so: %s (%s)\n", what, strerror(errno));
		exit(1);
	}
	printf("%s\n", what);
	fflush(stdout);
}

/* The call has failed with this error. */
static void refused(long result, int error, const char *what)
{
	check(result == -1 && errno == error, what);
}

static int open_device(void)
{
	int device = open(WN_DEVICE_PATH, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (device < 0)
		die(WN_DEVICE_PATH);
	return device;
}

static int set_up(int device, struct wn_setup setup)
{
	return ioctl(device, WN_IOCTL_SETUP, &setup);
}

static int filter(int device, struct wn_filter filter)
{
	filter.size = sizeof(filter);
	return ioctl(device, WN_IOCTL_FILTER, &filter);
}

/* A session that follows this process and its children; those only, since it is past its exec. */
static int start_session(struct wn_setup setup)
{
	struct wn_running_tasks running = {.size = sizeof(running), .count = 64, .pids = (uintptr_t)(__u32[64]){}};
	int device = open_device();

	if (set_up(device, setup) || filter(device, (struct wn_filter){.kind = WN_FILTER_PID, .pid = getpid()}) ||
	    ioctl(device, WN_IOCTL_START) || ioctl(device, WN_IOCTL_RUNNING, &running) || running.count != 1)
		die("a session");
	return device;
}

static void make_opens(int count)
{
	for (int i = 0; i < count; i++)
		close(syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY));
}

struct tally {
	long accesses, repeats, counted;
};

/* Reads to the end, or to where there is nothing. */
static struct tally read_all(int device)
{
	char records[1 << 16];
	struct tally tally = {};
	ssize_t len;

	while ((len = read(device, records, sizeof(records))) > 0) {
		for (ssize_t at = 0; at < len;) {
			struct wn_record *head = (struct wn_record *)&records[at];

			tally.accesses += head->type == WN_ACCESS;
			tally.repeats += head->type == WN_REPEAT;
			if (head->type == WN_COUNT)
				tally.counted += ((struct wn_count *)head)->count;
			at += head->len;
		}
	}
	return tally;
}

static struct wn_session_stats stats_of(int device)
{
	struct wn_session_stats stats = {.size = sizeof(stats)};

	if (ioctl(device, WN_IOCTL_STATS, &stats))
		die("STATS");
	return stats;
}

static long all_lost(const struct wn_session_stats *stats)
{
	long lost = 0;

	for (int reason = 0; reason < WN_LOSS_COUNT; reason++)
		lost += stats->lost[reason];
	return lost;
}

static void setups(void)
{
	struct {
		struct wn_setup known;
		__u64 more;
	} longer = {.known = usual};
	struct wn_setup setup = usual;
	__u32 version = 0;
	int device = open_device();

	refused(ioctl(device, 0x1234), ENOTTY, "a command that there is not");
	refused(ioctl(device, WN_IOCTL_VERSION, 1), EFAULT, "a version to nowhere");
	check(!ioctl(device, WN_IOCTL_VERSION, &version) && version == WN_DEVICE_VERSION, "the version");
	refused(ioctl(device, WN_IOCTL_SETUP, 1), EFAULT, "a setup from nowhere");
	refused(set_up(device, (struct wn_setup){}), EINVAL, "a setup without a size");
	setup.size = 4;
	refused(set_up(device, setup), EINVAL, "a setup of nothing but its size");
	longer.known.size = sizeof(longer);
	longer.more = 1;
	refused(ioctl(device, WN_IOCTL_SETUP, &longer), E2BIG, "a setup that asks for what is not known");
	setup = usual;
	setup.size = 1 << 20;
	refused(set_up(device, setup), E2BIG, "a setup that is longer than a page");
	for (int i = 0; i < 4; i++) {
		setup = usual;
		setup.ring_bytes = (__u32[]){0, 2048, 3 * 4096, 1u << 31}[i];
		refused(set_up(device, setup), EINVAL, "a ring of a size that is none");
	}
	setup = usual;
	setup.max_entries = 0;
	refused(set_up(device, setup), EINVAL, "no entries");
	setup.max_entries = WN_ENTRIES_MAX + 1;
	refused(set_up(device, setup), EINVAL, "too many entries");
	setup = usual;
	setup.all_events = 2;
	refused(set_up(device, setup), EINVAL, "a choice of events that there is not");
	setup = usual;
	setup.reserved = 1;
	refused(set_up(device, setup), EINVAL, "something in what is reserved");
	setup = usual;
	setup.calls = 1;
	refused(set_up(device, setup), EFAULT, "calls from nowhere");
	calls[1].kind = 99;
	refused(set_up(device, usual), EINVAL, "a call of a kind that there is not");
	calls[1] = (struct wn_call_desc){.kind = WN_KIND_PATH, .path = 7};
	refused(set_up(device, usual), EINVAL, "a call with seven arguments");
	calls[1] = (struct wn_call_desc){};
	setup = usual;
	setup.max_entries = WN_ENTRIES_MAX;
	setup.ring_bytes = 64 << 20;
	refused(set_up(device, setup), ENOMEM, "more memory than there is");
	longer.more = 0;
	check(!ioctl(device, WN_IOCTL_SETUP, &longer), "a setup that was wrong before, by a newer program");
	refused(set_up(device, usual), EBUSY, "a second setup");
	close(device);
}

static void filters(void)
{
	int device = open_device();
	int namespace = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	int directory = open("/tmp", O_RDONLY | O_CLOEXEC);
	int added = 0;

	refused(ioctl(device, WN_IOCTL_FILTER, 1), EFAULT, "a filter from nowhere");
	refused(filter(device, (struct wn_filter){}), EINVAL, "a filter of no kind");
	refused(filter(device, (struct wn_filter){.kind = 99}), EINVAL, "a filter of a kind that there is not");
	refused(filter(device, (struct wn_filter){.kind = WN_FILTER_CGROUP, .fd = -1}), EBADF, "a cgroup that is no descriptor");
	refused(filter(device, (struct wn_filter){.kind = WN_FILTER_CGROUP, .fd = directory}), EBADF, "a cgroup that is another directory");
	refused(filter(device, (struct wn_filter){.kind = WN_FILTER_MOUNT_NAMESPACE, .fd = -1}), EBADF, "a namespace that is no descriptor");
	refused(filter(device, (struct wn_filter){.kind = WN_FILTER_MOUNT_NAMESPACE, .fd = directory}), EINVAL, "a namespace that is a directory");
	refused(filter(device, (struct wn_filter){.kind = WN_FILTER_MOUNT_NAMESPACE, .fd = namespace}), EINVAL, "a namespace of another kind");
	refused(filter(device, (struct wn_filter){.kind = WN_FILTER_CONTAINER, .container = "no id"}), EINVAL, "a container without an id");
	refused(filter(device, (struct wn_filter){.kind = WN_FILTER_PID, .pid = 1 << 22}), ESRCH, "a process that there is not");
	while (!filter(device, (struct wn_filter){.kind = WN_FILTER_PID, .pid = 1}))
		added++;
	check(added == WN_CGROUPS_MAX && errno == ENOSPC, "a filter too many");
	close(device);
	close(namespace);
	close(directory);
}

static void order(void)
{
	struct wn_running_tasks running = {.size = sizeof(running)};
	int device = open_device();
	struct pollfd wait = {.fd = device, .events = POLLIN};
	char record[4096];

	refused(ioctl(device, WN_IOCTL_START), EINVAL, "a start without a setup");
	refused(ioctl(device, WN_IOCTL_STOP), EINVAL, "a stop without a start");
	refused(ioctl(device, WN_IOCTL_RUNNING, &running), EINVAL, "running tasks without a start");
	refused(read(device, record, sizeof(record)), EINVAL, "a read without a start");
	check(poll(&wait, 1, 0) == 1 && wait.revents == POLLERR, "a poll without a start");
	check(!stats_of(device).made, "statistics without a start");
	set_up(device, usual);
	refused(ioctl(device, WN_IOCTL_START), EINVAL, "a start without a filter");
	filter(device, (struct wn_filter){.kind = WN_FILTER_PID, .pid = getpid()});
	check(!ioctl(device, WN_IOCTL_START), "a start");
	refused(ioctl(device, WN_IOCTL_START), EBUSY, "a second start");
	refused(filter(device, (struct wn_filter){.kind = WN_FILTER_PID, .pid = 1}), EBUSY, "a filter behind the start");
	refused(read(device, record, sizeof(record)), EAGAIN, "a read of nothing");
	refused(ioctl(device, WN_IOCTL_RUNNING, 1), EFAULT, "running tasks to nowhere");
	running.count = 1;
	running.pids = 1;
	refused(ioctl(device, WN_IOCTL_RUNNING, &running), EFAULT, "process ids to nowhere");
	check(!ioctl(device, WN_IOCTL_STOP), "a stop");
	refused(ioctl(device, WN_IOCTL_STOP), EINVAL, "a second stop");
	refused(ioctl(device, WN_IOCTL_START), EBUSY, "a start behind the stop");
	check(poll(&wait, 1, 0) == 1 && wait.revents == (POLLIN | POLLHUP), "a poll behind the stop");
	check(read(device, record, sizeof(record)) == 0, "the end");
	close(device);
}

static void reads(void)
{
	int device = start_session(usual);
	struct wn_session_stats stats;
	struct tally tally;
	char record[4096];

	make_opens(OPENS);
	refused(read(device, record, 8), EMSGSIZE, "a read with no room for a record");
	refused(syscall(SYS_read, device, 1, sizeof(record)), EFAULT, "a read to nowhere");
	tally = read_all(device);
	check(tally.accesses == 1 && !tally.repeats, "what could not be read before is read");
	ioctl(device, WN_IOCTL_STOP);
	refused(read(device, record, 8), EMSGSIZE, "a read with no room for a count");
	tally = read_all(device);
	stats = stats_of(device);
	check(tally.counted == OPENS && stats.made == OPENS && stats.delivered == OPENS && !all_lost(&stats), "repeats are counted");
	close(device);
}

static void two_sessions(void)
{
	struct wn_setup all = usual;
	struct tally tally, other;
	int first, second;

	all.all_events = 1;
	first = start_session(all);
	second = start_session(usual);
	make_opens(OPENS);
	ioctl(first, WN_IOCTL_STOP);
	make_opens(OPENS);
	ioctl(second, WN_IOCTL_STOP);
	tally = read_all(first);
	other = read_all(second);
	check(tally.accesses + tally.repeats == OPENS + 1, "a session that sees every event, and where the other one was opened");
	check(other.counted == 2 * OPENS, "a session that counts, with another one beside it and without");
	close(first);
	close(second);
}

static int shared_device;

static void *read_beside(void *tally)
{
	*(struct tally *)tally = read_all(shared_device);
	return NULL;
}

/* Two threads share the descriptor: each record goes to one of them. */
static void two_readers(void)
{
	struct wn_setup all = usual;
	struct tally tallies[2];
	pthread_t threads[2];

	all.all_events = 1;
	all.ring_bytes = 1 << 20;
	shared_device = start_session(all);
	make_opens(20 * OPENS);
	ioctl(shared_device, WN_IOCTL_STOP);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, read_beside, &tallies[i]);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	check(tallies[0].accesses + tallies[0].repeats + tallies[1].accesses + tallies[1].repeats == 20 * OPENS,
	      "two readers of one session share its records");
	close(shared_device);
}

static void *stop_beside(void *device)
{
	usleep(100000);
	ioctl(*(int *)device, WN_IOCTL_STOP);
	return NULL;
}

static void on_alarm(int number)
{
	(void)number;
}

static void waiting_readers(void)
{
	int device = start_session(usual);
	struct sigaction action = {.sa_handler = on_alarm};
	pthread_t thread;
	char record[4096];
	ssize_t len;

	fcntl(device, F_SETFL, 0);
	sigaction(SIGALRM, &action, NULL);
	ualarm(100000, 100000);
	refused(read(device, record, sizeof(record)), EINTR, "a reader that waits is interrupted by a signal");
	ualarm(0, 0);
	pthread_create(&thread, NULL, stop_beside, &device);
	do {
		len = read(device, record, sizeof(record)); /* that the process has a thread now */
	} while (len > 0);
	check(len == 0, "a reader that waits is woken by the stop");
	pthread_join(thread, NULL);
	close(device);
}

/* The rings are one page each: what does not fit is lost, and each loss is counted. */
static void full_ring(void)
{
	struct wn_setup small = usual;
	struct wn_session_stats stats;
	struct tally tally;
	int device;

	small.all_events = 1;
	small.ring_bytes = getpagesize();
	device = start_session(small);
	make_opens(20 * OPENS);
	ioctl(device, WN_IOCTL_STOP);
	tally = read_all(device);
	stats = stats_of(device);
	check(stats.lost[WN_LOSS_RING] > 0 && stats.made == 20 * OPENS && (long)stats.delivered == tally.accesses + tally.repeats &&
	      stats.made == stats.delivered + all_lost(&stats), "a ring that is full");
	close(device);
}

static bool stopped;

static void *read_until_stopped(void *argument)
{
	struct tally *sum = argument;
	bool last;

	do {
		struct tally tally;

		last = __atomic_load_n(&stopped, __ATOMIC_SEQ_CST);
		tally = read_all(shared_device);
		sum->accesses += tally.accesses;
		sum->repeats += tally.repeats;
		sum->counted += tally.counted;
		usleep(1000);
	} while (!last);
	return NULL;
}

/* As many as asked for, faster than they are read; whatever is lost, the sums are exact. */
static void many_events(long count, bool all_events)
{
	struct wn_setup setup = usual;
	struct wn_session_stats stats;
	struct tally tally = {};
	struct stat status;
	pthread_t reader;
	int file = open("/dev/null", O_RDONLY);

	setup.all_events = all_events;
	shared_device = start_session(setup);
	stopped = false;
	pthread_create(&reader, NULL, read_until_stopped, &tally);
	for (long i = 0; i < count; i++)
		syscall(SYS_fstat, file, &status);
	ioctl(shared_device, WN_IOCTL_STOP);
	__atomic_store_n(&stopped, true, __ATOMIC_SEQ_CST);
	pthread_join(reader, NULL);
	stats = stats_of(shared_device);
	printf("%ld events: %lld delivered, %ld lost\n", count, stats.delivered, all_lost(&stats));
	check((long)stats.made == count && stats.made == stats.delivered + all_lost(&stats), all_events ? "every event is sent or counted as lost" : "every event is counted");
	check((long)stats.delivered == (all_events ? tally.accesses + tally.repeats : tally.counted), "what is said to be delivered was read");
	close(shared_device);
	close(file);
}

/* More accesses than entries: the others are sent one by one. */
static void full_table(void)
{
	struct wn_setup small = usual;
	struct wn_session_stats stats;
	struct tally tally;
	char name[32];
	int device;

	small.max_entries = 10;
	device = start_session(small);
	for (int i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "/absent-%d", i);
		syscall(SYS_openat, AT_FDCWD, name, O_RDONLY);
		syscall(SYS_openat, AT_FDCWD, name, O_RDONLY);
	}
	ioctl(device, WN_IOCTL_STOP);
	tally = read_all(device);
	stats = stats_of(device);
	check(tally.counted == 20 && tally.accesses == 90 && stats.delivered == 100, "a table that is full");
	close(device);
}

static void in_child(void (*body)(void), int status, const char *what)
{
	pid_t child = fork();
	int ended = 0;

	if (child == 0) {
		body();
		_exit(0);
	}
	check(child > 0 && waitpid(child, &ended, 0) == child && ended == status, what);
}

static void open_and_die(void)
{
	start_session(usual);
	make_opens(OPENS);
	raise(SIGKILL);
}

static void as_nobody(void)
{
	if (setgroups(0, NULL) || setgid(65534) || setuid(65534) || open(WN_DEVICE_PATH, O_RDONLY) >= 0 || errno != EACCES)
		_exit(1);
}

/* A root without CAP_SYS_ADMIN: the file's mode lets it, the module does not. */
static void as_lesser_root(void)
{
	struct {
		__u32 version;
		int pid;
	} head = {0x20080522, 0};
	struct {
		__u32 effective, permitted, inheritable;
	} sets[2] = {};

	sets[0].effective = sets[0].permitted = 1 << 1; /* CAP_DAC_OVERRIDE */
	if (syscall(SYS_capset, &head, sets) || open(WN_DEVICE_PATH, O_RDONLY) >= 0 || errno != EPERM)
		_exit(1);
}

/* The session holds the mount namespace, whose last process goes. */
static void namespace_that_goes(void)
{
	int device = open_device(), ready[2], go[2], fd;
	struct wn_session_stats stats;
	char path[64], byte = 0;
	pid_t child;

	if (pipe(ready) || pipe(go))
		die("pipe");
	child = fork();
	if (child == 0) {
		if (unshare(CLONE_NEWNS) || write(ready[1], &byte, 1) != 1 || read(go[0], &byte, 1) != 1)
			_exit(1);
		execl("/proc/self/exe", "device", "opens", NULL);
		_exit(1);
	}
	if (read(ready[0], &byte, 1) != 1)
		die("read");
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", child);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	check(!set_up(device, usual) && !filter(device, (struct wn_filter){.kind = WN_FILTER_MOUNT_NAMESPACE, .fd = fd}) &&
	      !ioctl(device, WN_IOCTL_START), "a mount namespace is a filter");
	close(fd);
	if (write(go[1], &byte, 1) != 1)
		die("write");
	wait_for_success(child);
	make_opens(10);
	ioctl(device, WN_IOCTL_STOP);
	stats = stats_of(device);
	check(stats.made >= OPENS && stats.made < OPENS + 10 && !all_lost(&stats), "a mount namespace that goes away was seen to its end");
	close(device);
}

static int fail_nth_file = -1;

/* The thread's n-th allocation or copy from or to memory from now on fails; 0: none does. */
static void fail_nth(long n)
{
	char text[24];
	int len = sprintf(text, "%ld", n);

	while (pwrite(fail_nth_file, text, len, 0) != len) {
		if (errno != EFAULT) /* this write was what failed */
			die("fail-nth");
	}
}

/* Whether what fail_nth() asked for has come to pass, if only by this question. */
static bool has_failed(void)
{
	char text[24] = "";

	return pread(fail_nth_file, text, sizeof(text) - 1, 0) < 0 || atol(text) == 0;
}

/* Counts the call where it has come so far that it is told of. */
static void counted(long result, long *made)
{
	*made += result >= 0 || errno != EFAULT;
	if (result > 0)
		close(result);
}

/* A whole session, in which one thing fails. False where there were not that many things. */
static bool session_with_fault(long n)
{
	struct wn_running_tasks running = {.size = sizeof(running), .count = 64, .pids = (uintptr_t)(__u32[64]){}};
	struct wn_filter self = {.size = sizeof(self), .kind = WN_FILTER_PID, .pid = getpid()};
	struct wn_setup setup = usual;
	struct wn_session_stats stats;
	bool followed, failed;
	char record[4096];
	long made = 0;
	int device;

	setup.all_events = n & 1;
	fail_nth(n);
	device = open(WN_DEVICE_PATH, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	followed = device >= 0 && !ioctl(device, WN_IOCTL_SETUP, &setup) && !ioctl(device, WN_IOCTL_FILTER, &self) &&
		   !ioctl(device, WN_IOCTL_START) && !ioctl(device, WN_IOCTL_RUNNING, &running);
	for (int i = 0; i < 3; i++) {
		counted(syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY), &made);
		counted(syscall(SYS_chdir, i % 2 ? ".." : "/dev"), &made);
	}
	if (fork() == 0)
		_exit(0);
	wait(NULL);
	if (device >= 0 && read(device, record, sizeof(record)) < 0 && followed && errno != EFAULT && errno != EAGAIN && errno != ENOMEM)
		die("read");
	if (device >= 0)
		ioctl(device, WN_IOCTL_STOP);
	failed = has_failed();
	fail_nth(0);
	if (device < 0)
		return failed;
	ioctl(device, WN_IOCTL_STOP);
	read_all(device);
	stats = stats_of(device);
	if (stats.made != stats.delivered + all_lost(&stats) - stats.lost[WN_LOSS_PROCESS] ||
	    (followed && running.count == 1 && (long)stats.made != made)) {
		printf("fault %ld: %ld accesses, %lld made, %lld delivered, %ld lost\n", n, made, stats.made, stats.delivered, all_lost(&stats));
		exit(1);
	}
	close(device);
	return failed;
}

/* On a kernel that can let allocations fail (CONFIG_FAULT_INJECTION). */
static void faults(void)
{
	long n = 1;

	fail_nth_file = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	while (session_with_fault(n))
		n++;
	printf("%ld faults, one in each session\n", n - 1);
	check(n > 10, "whatever fails, every access is counted");
}

static void unloading(void)
{
	int device = start_session(usual);

	refused(syscall(SYS_delete_module, "winnow", O_NONBLOCK), EAGAIN, "the module is not unloaded under a reader");
	close(device);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "opens") == 0) {
		make_opens(OPENS);
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "events") == 0) {
		many_events(number(argv[2], 1), false);
		many_events(number(argv[2], 1), true);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "faults") == 0) {
		faults();
		return 0;
	}
	if (argc != 1)
		usage("[events COUNT | faults]");
	in_child(as_nobody, 0, "a user who is not root");
	in_child(as_lesser_root, 0, "a root without CAP_SYS_ADMIN");
	setups();
	filters();
	order();
	reads();
	two_sessions();
	two_readers();
	waiting_readers();
	full_ring();
	full_table();
	many_events(EVENTS, false);
	many_events(EVENTS, true);
	namespace_that_goes();
	in_child(open_and_die, SIGKILL, "a reader that dies");
	unloading();
	return 0;
}
