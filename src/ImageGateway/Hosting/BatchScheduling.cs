using System.Runtime.InteropServices;

namespace ImageGateway.Hosting;

/// <summary>
/// Has Linux schedule this process for throughput (<c>SCHED_BATCH</c> of sched(7)): a thread that wakes for one more connection
/// does not interrupt the one that copies a picture, and then finds several connections ready at once.
/// </summary>
internal static class BatchScheduling
{
    private const int Other = 0;
    private const int Batch = 3;

    /// <summary>
    /// From now on, for this thread and all that are begun by it and by those. What an operator chose with chrt stays; where the
    /// system does not allow it, all stays as it was.
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
