namespace ImageGateway.Images;

/// <summary>What is done again and again.</summary>
internal static class PeriodicWork
{
    /// <summary>Acts after each <paramref name="interval"/> until it is stopped, which is no failure: the host would call it one when it is disposed without being stopped.</summary>
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
