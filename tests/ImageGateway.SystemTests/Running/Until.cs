namespace ImageGateway.SystemTests.Running;

/// <summary>Waits for what another process or server is about to do.</summary>
internal static class Until
{
    // Only a failure takes so long; a busy machine may need much of it.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Asks what costs something less often than every 5 ms, and waits as long as it may take.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan every, TimeSpan deadline)
    {
        using var patience = new CancellationTokenSource(deadline);
        using var timer = new PeriodicTimer(every);
        while (!await condition())
        {
            try
            {
                await timer.WaitForNextTickAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Still not true after {deadline.TotalSeconds} s: {what}");
            }
        }
    }

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);

    public static Task TrueAsync(Func<Task<bool>> condition, string what) => TrueAsync(condition, what, TimeSpan.FromMilliseconds(5), Deadline);
}
