using System.Runtime.InteropServices;

namespace ImageGateway.Hosting;

/// <summary>
/// Has Linux schedule this process for throughput (<c>SCHED_BATCH</c> of sched(7)): a thread that wakes for a connection does
/// not preempt one that is copying an image, and then finds several connections ready at once.
/// </summary>
internal static class BatchScheduling
{
    private const int Other = 0;
    private const int Batch = 3;

    /// <summary>
    /// Applies to this thread and all threads it starts from now on. A policy that an operator set with chrt stays; if the
    /// system refuses, nothing changes.
    /// </summary>
    public static void Begin()
    {
        if (OperatingSystem.IsLinux() && GetScheduler(0) == Other)
            _ = SetScheduler(0, Batch, 0);
    }

    [DllImport("libc", EntryPoint = "sched_getscheduler"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetScheduler(int thread);

    [DllImport("libc", EntryPoint = "sched_setscheduler"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetScheduler(int thread, int policy, in int priority);
}
