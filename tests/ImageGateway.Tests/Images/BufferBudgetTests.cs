using ImageGateway.Images;

namespace ImageGateway.Tests.Images;

public sealed class BufferBudgetTests
{
    [Fact]
    public void Budget_gives_up_to_its_limit_and_nothing_more()
    {
        var budget = new BufferBudget(100);
        Assert.True(budget.TryTake(60));
        Assert.True(budget.TryTake(40));
        Assert.False(budget.TryTake(1));
        Assert.Equal(100, budget.Held);
        budget.Return(60);
        Assert.False(budget.TryTake(61));
        Assert.True(budget.TryTake(60));
    }

    [Fact]
    public async Task Many_hands_never_hold_more_than_the_limit()
    {
        var (budget, holding, most) = (new BufferBudget(10), 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 5000; i++)
            {
                if (!budget.TryTake(3))
                    continue;
                InterlockedMax(ref most, Interlocked.Increment(ref holding));
                Interlocked.Decrement(ref holding);
                budget.Return(3);
            }
        })));
        Assert.InRange(most, 1, 3);
        Assert.Equal(0, budget.Held);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref most)) < value && Interlocked.CompareExchange(ref most, value, seen) != seen) { }
    }
}
