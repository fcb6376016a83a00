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
    public void Circuit_opens_at_its_ratio_and_throughput()
    {
        Run(false, true, false);
        Assert.False(_circuit.IsOpen);
        Run(true);
        Assert.False(_circuit.IsOpen);
        Run(false);
        Assert.True(_circuit.IsOpen);
        Assert.Equal(TimeSpan.FromSeconds(15), _circuit.Wait);
        Assert.False(_circuit.TryEnter(_time.Now));
    }

    // The least that the configuration takes.
    [Fact]
    public void Circuit_of_the_shortest_times_works()
    {
        var half = TimeSpan.FromMilliseconds(500);
        var circuit = new Circuit(new CircuitOptions { MinimumThroughput = 2, Window = half, Break = half }, _time);
        circuit.Record(false, _time.Now);
        circuit.Record(false, _time.Now);
        Assert.Equal(half, circuit.Wait);
        _time.Advance(half);
        Assert.True(circuit.TryEnter(_time.Now));
        circuit.Record(true, _time.Now);
        Assert.False(circuit.IsOpen);
    }

    [Fact]
    public void Failures_below_the_ratio_leave_it_closed()
    {
        Run(true, true, true, false, false, true, true, false);
        Assert.False(_circuit.IsOpen);
    }

    [Fact]
    public void Failures_of_long_ago_do_not_count()
    {
        Run(false, false, false);
        _time.Advance(TimeSpan.FromSeconds(31));
        Run(false);
        Assert.False(_circuit.IsOpen);
    }

    [Fact]
    public void Good_probe_closes_it()
    {
        Run(false, false, false, false);
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(TimeSpan.Zero, _circuit.Wait);
        Run(true);
        Assert.False(_circuit.IsOpen);
    }

    [Fact]
    public void Bad_probe_opens_it_again()
    {
        Run(false, false, false, false);
        _time.Advance(TimeSpan.FromSeconds(15));
        Run(false);
        Assert.True(_circuit.IsOpen);
        Assert.Equal(TimeSpan.FromSeconds(15), _circuit.Wait);
    }

    [Fact]
    public void One_probe_at_a_time()
    {
        Run(false, false, false, false);
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.True(_circuit.TryEnter(_time.Now));
        Assert.False(_circuit.TryEnter(_time.Now));
        Assert.Equal(WaitingRoom.Unknown, _circuit.Wait);
        _circuit.Record(true, _time.Now);
        _circuit.Leave(_time.Now);
        Run(true);
    }

    // Clients who leave say nothing of the provider.
    [Fact]
    public void Probe_that_nobody_waited_for_proves_nothing()
    {
        Run(false, false, false, false);
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.True(_circuit.TryEnter(_time.Now));
        _circuit.Leave(_time.Now);
        Assert.True(_circuit.IsOpen);
        Assert.True(_circuit.TryEnter(_time.Now));
    }

    [Fact]
    public void Call_that_ends_after_it_opened_changes_nothing()
    {
        Run(false, false, false, false);
        _circuit.Record(true, _time.Now);
        Assert.Equal(TimeSpan.FromSeconds(15), _circuit.Wait);
    }

    [Fact]
    public void Calls_that_began_before_it_opened_are_no_probe()
    {
        var before = _time.Now;
        _time.Advance(TimeSpan.FromSeconds(1));
        Run(false, false, false, false);
        _time.Advance(TimeSpan.FromSeconds(15));
        _circuit.Record(false, before);
        _circuit.Leave(before);
        Assert.Equal(TimeSpan.Zero, _circuit.Wait);

        Assert.True(_circuit.TryEnter(_time.Now));
        _circuit.Record(false, before);
        _circuit.Leave(before);
        Assert.False(_circuit.TryEnter(_time.Now));
        _circuit.Record(true, _time.Now);
        Assert.False(_circuit.IsOpen);
    }

    private void Run(params bool[] outcomes)
    {
        foreach (var outcome in outcomes)
        {
            Assert.True(_circuit.TryEnter(_time.Now));
            _circuit.Record(outcome, _time.Now);
            _circuit.Leave(_time.Now);
        }
    }
}
