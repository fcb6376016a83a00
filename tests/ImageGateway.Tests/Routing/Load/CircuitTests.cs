using ImageGateway.Providers;
using ImageGateway.Routing.Load;

namespace ImageGateway.Tests.Routing.Load;

public sealed class CircuitTests
{
    private readonly ManualTime _time = new();
    private readonly Circuit _circuit;

    public CircuitTests() => _circuit = new Circuit(
        new CircuitOptions { FailureRatio = 0.5, MinimumThroughput = 4, Window = TimeSpan.FromSeconds(30), Break = TimeSpan.FromSeconds(15) }, _time);

    [Fact]
    public async Task Circuit_opens_at_its_ratio_and_throughput()
    {
        await RunAsync(false, true, false);
        Assert.False(_circuit.IsOpen);
        await RunAsync(true);
        Assert.False(_circuit.IsOpen);
        await RunAsync(false);
        Assert.True(_circuit.IsOpen);
        Assert.Equal(TimeSpan.FromSeconds(15), _circuit.Wait);
        Assert.False(await _circuit.TryAsync(() => throw new InvalidOperationException("it is open")));
    }

    [Fact]
    public async Task Failures_below_the_ratio_leave_it_closed()
    {
        await RunAsync(true, true, true, false, false, true, true, false);
        Assert.False(_circuit.IsOpen);
    }

    [Fact]
    public async Task Failures_of_long_ago_do_not_count()
    {
        await RunAsync(false, false, false);
        _time.Advance(TimeSpan.FromSeconds(31));
        await RunAsync(false);
        Assert.False(_circuit.IsOpen);
    }

    [Fact]
    public async Task Good_probe_closes_it()
    {
        await RunAsync(false, false, false, false);
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(TimeSpan.Zero, _circuit.Wait);
        Assert.True(await _circuit.TryAsync(() => Task.FromResult(true)));
        Assert.False(_circuit.IsOpen);
    }

    [Fact]
    public async Task Bad_probe_opens_it_again()
    {
        await RunAsync(false, false, false, false);
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.True(await _circuit.TryAsync(() => Task.FromResult(false)));
        Assert.True(_circuit.IsOpen);
        Assert.Equal(TimeSpan.FromSeconds(15), _circuit.Wait);
    }

    [Fact]
    public async Task One_probe_at_a_time()
    {
        await RunAsync(false, false, false, false);
        _time.Advance(TimeSpan.FromSeconds(15));
        var probe = new TaskCompletionSource<bool>();
        var probing = _circuit.TryAsync(() => probe.Task);
        Assert.False(await _circuit.TryAsync(() => throw new InvalidOperationException("another one is trying")));
        probe.SetResult(true);
        Assert.True(await probing);
        Assert.True(await _circuit.TryAsync(() => Task.FromResult(true)));
    }

    // Clients who leave say nothing of the provider.
    [Fact]
    public async Task Clients_that_leave_do_not_open_it()
    {
        for (var i = 0; i < 10; i++)
            await Assert.ThrowsAsync<OperationCanceledException>(() => _circuit.TryAsync(() => throw new OperationCanceledException()));
        Assert.False(_circuit.IsOpen);
    }

    [Fact]
    public async Task Probe_that_nobody_waited_for_proves_nothing()
    {
        await RunAsync(false, false, false, false);
        _time.Advance(TimeSpan.FromSeconds(15));
        await Assert.ThrowsAsync<OperationCanceledException>(() => _circuit.TryAsync(() => throw new OperationCanceledException()));
        Assert.True(_circuit.IsOpen);
    }

    private async Task RunAsync(params bool[] outcomes)
    {
        foreach (var outcome in outcomes)
            Assert.True(await _circuit.TryAsync(() => Task.FromResult(outcome)));
    }
}
