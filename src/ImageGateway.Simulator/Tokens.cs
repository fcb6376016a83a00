using System.Text;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Requests;

namespace ImageGateway.Simulator;

/// <summary>The providers' billing: the published token table and calculator.</summary>
internal static class Tokens
{
    private const int PartialImage = 100;
    private const int ImageBase = 65;
    private const int Tile = 129;
    private const int SquareFidelity = 4160;
    private const int OblongFidelity = 6240;

    /// <summary>Null for DALL·E, which is priced per image.</summary>
    public static TokenUsage? Of(ImageJob job, int partialImagesSent) =>
        job.Model.IsGpt
            ? new TokenUsage(Input(job.Prompt), job.Images.Sum(image => Input(job, image)), job.Count * OutputPerImage(job) + PartialImage * partialImagesSent)
            : null;

    /// <summary>The share of one streamed image: the input is billed with the first, so that the shares add up to the whole.</summary>
    public static TokenUsage? OfStreamed(ImageJob job, int index)
    {
        var single = Of(job with { Count = 1 }, job.PartialImages);
        return index == 0 ? single : single! with { InputTextTokens = 0, InputImageTokens = 0 };
    }

    public static int OutputPerImage(ImageJob job)
    {
        if (job.Model.QualityFactors is { } factors)
            return Calculate(factors[Array.IndexOf(job.Model.Qualities, job.Quality)], job.Width, job.Height);
        var row = SimulatedModels.OutputTokens[job.Quality];
        return job.Width == job.Height ? row[0] : job.Width < job.Height ? row[1] : row[2];
    }

    // ceil(f × round(f × short / long) × (2 000 000 + pixels) / 4 000 000), as the official calculator does it.
    private static int Calculate(int factor, int width, int height)
    {
        var shortSide = (long)Math.Round((double)factor * Math.Min(width, height) / Math.Max(width, height), MidpointRounding.ToEven);
        var weighted = factor * shortSide * (2_000_000L + (long)width * height);
        return (int)((weighted + 3_999_999) / 4_000_000);
    }

    private static int Input(string prompt) => (Encoding.UTF8.GetByteCount(prompt) + 3) / 4;

    // The image is scaled until its shortest side is one tile; fitting it into 2048² first changes no proportion,
    // so the number of tiles is the long side divided by the short one, rounded up.
    private static int Input(ImageJob job, InputFile image)
    {
        var (width, height) = (image.Header!.Width, image.Header.Height);
        var shortest = Math.Max(1, Math.Min(width, height));
        var tiles = (Math.Max(width, height) + shortest - 1) / shortest;
        var fidelity = !job.HighFidelity ? 0 : width == height ? SquareFidelity : OblongFidelity;
        return job.Model.InputImageFactor * (ImageBase + Tile * tiles + fidelity);
    }
}
