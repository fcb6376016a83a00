using FsCheck;
using FsCheck.Fluent;

namespace ImageGateway.Tests;

/// <summary>Laws that hold for anything: each case is made from one number, which FsCheck draws and prints when the law breaks.</summary>
internal static class Properties
{
    // Fixed, so that a run can be repeated; IMAGEGATEWAY_SEED draws other cases.
    private static readonly ulong Seed = ulong.TryParse(Environment.GetEnvironmentVariable("IMAGEGATEWAY_SEED"), out var seed) ? seed : 20_261_120;

    /// <summary>Checks a law on <paramref name="cases"/> cases; it throws where it does not hold.</summary>
    public static void Hold(int cases, Action<Random> law) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(cases).WithReplay(Seed, 2 * Seed + 1),
        Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue)), number => law(new Random(number))));
}
