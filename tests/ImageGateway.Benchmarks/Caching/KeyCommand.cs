using System.Diagnostics;
using System.Text;
using ImageGateway.Api;
using ImageGateway.Api.Reading;
using ImageGateway.Benchmarks.Reporting;
using ImageGateway.Caching;
using ImageGateway.Catalog;
using ImageGateway.Configuration;
using ImageGateway.Images;

namespace ImageGateway.Benchmarks.Caching;

/// <summary>
/// What the key of an edit costs whose picture has 10 MB: the form is read as the gateway reads it, then both keys of the job
/// are computed again and again, that of the cache and that of an Idempotency-Key.
/// </summary>
internal static class KeyCommand
{
    private const int FileBytes = 10_000_000;
    private const int Times = 300;
    private const string Boundary = "----bench-key";

    public static async Task<int> RunAsync()
    {
        using var pool = new BlockPool();
        using var job = await ReadAsync(new FormReader(pool, new BufferBudget(256L << 20)));
        var model = Catalogue.Load(Path.Combine(AppContext.BaseDirectory, "config", "models.json"), new Mistakes("Catalogue"))!.Models["gpt-image-1"];
        Measure(job, model); // compiles everything
        var times = Measure(job, model);
        Console.WriteLine("| file bytes | median ms | fastest ms |");
        Console.WriteLine("| ---: | ---: | ---: |");
        Console.WriteLine($"| {job.Images[0].Bytes.Length} | {times.Median():0.00} | {times.Min():0.00} |");
        return 0;
    }

    private static List<double> Measure(ImageJob job, Model model)
    {
        var times = new List<double>(Times);
        for (var i = 0; i < Times; i++)
        {
            var start = Stopwatch.GetTimestamp();
            using var digest = new JobDigest(job);
            if (digest.PictureKey(model, job.Parameters, "openai") == digest.BodyKey())
                throw new InvalidOperationException("one key for two questions");
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return times;
    }

    private static async Task<ImageJob> ReadAsync(FormReader reader)
    {
        var request = new DefaultHttpContext { Request = { Body = new MemoryStream(Form()) } }.Request;
        return await reader.ReadAsync(request, Boundary, Operation.Edit, null, new BodyLimits(), CancellationToken.None);
    }

    // A PNG as far as its header goes (1024x1024, RGB, 8 bits), then filler.
    private static byte[] Form()
    {
        var picture = new byte[FileBytes];
        new Random(Seed: 2).NextBytes(picture);
        Convert.FromHexString("89504E470D0A1A0A" + "0000000D" + "49484452" + "0000040000000400" + "0802000000" + "F07FBCD4").CopyTo(picture, 0);
        var fields = $"--{Boundary}\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\ngpt-image-1\r\n"
            + $"--{Boundary}\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nAdd a boat\r\n"
            + $"--{Boundary}\r\nContent-Disposition: form-data; name=\"image\"; filename=\"image.png\"\r\nContent-Type: image/png\r\n\r\n";
        return [.. Encoding.ASCII.GetBytes(fields), .. picture, .. Encoding.ASCII.GetBytes($"\r\n--{Boundary}--\r\n")];
    }
}
