namespace ImageGateway.Images;

/// <summary>Runs periodic work.</summary>
internal static class PeriodicWork
{
    /// <summary>
    /// Runs an action after each <paramref name="interval"/> until it is stopped, which does not count as a failure; the host
    /// would treat it as one when disposed without being stopped.
    /// </summary>
    public static async Task EveryAsync(this TimeProvider time, TimeSpan interval, Func<Task> act, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
                await act();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }
}
