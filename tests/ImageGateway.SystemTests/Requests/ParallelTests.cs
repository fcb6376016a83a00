using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Requests;

/// <summary>Many at once: nobody gets another's bytes, also while neighbours fail and leave.</summary>
public sealed class ParallelTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    private const int Many = 24;

    [Fact]
    public async Task Parallel_jobs_never_mix_their_pictures()
    {
        Gateway.Faults.Add(new FaultRule { Model = "gpt-image-1.5", Fault = new Fault { CutAfterBytes = 20_000 } });
        var jobs = Enumerable.Range(0, Many).Select(DrawAsync).ToList();
        var broken = Enumerable.Range(0, Many / 3).Select(_ => BreakAsync()).ToList();
        var drawn = await Task.WhenAll(jobs);
        await Task.WhenAll(broken);

        var sent = Log.Calls.Where(call => call.Fields.ContainsKey("prompt") && call.Model == "dall-e-2").ToDictionary(call => call.Fields["prompt"], call => call.Images.Single());
        Assert.Equal(Many, drawn.Select(item => item.Sha256).Distinct().Count());
        Assert.All(drawn, item => Assert.Equal(sent[item.Prompt], item.Sha256));
    }

    [Fact]
    public async Task Parallel_uploads_never_mix_their_files()
    {
        await Task.WhenAll(Enumerable.Range(0, Many).Select(UploadAsync));

        Assert.All(Log.Calls, call => Assert.Equal(call.Fields["prompt"], Assert.Single(call.Files).Sha256));
        Assert.Equal(Many, Log.Calls.Count);
    }

    private async Task<(string Prompt, string Sha256)> DrawAsync(int number)
    {
        var prompt = $"fox number {number}";
        using var response = await GenerateAsync(job =>
        {
            job["model"] = "dall-e-2";
            job["size"] = "256x256";
            job["prompt"] = prompt;
        });
        return (prompt, Answers.Sha256((await response.ImagesAsync()).Picture()));
    }

    private async Task BreakAsync()
    {
        try
        {
            using var response = await GenerateAsync(job => job["model"] = "openai/gpt-image-1.5");
            Assert.NotEqual(200, (int)response.StatusCode);
        }
        catch (HttpRequestException)
        {
            // As it should be.
        }
    }

    private async Task UploadAsync(int number)
    {
        byte[] picture = [.. Pictures.Png(256, 256), .. Enumerable.Repeat((byte)number, 300_000 + number)];
        using var form = new Form().Field("model", "dall-e-2").Field("size", "256x256").Field("prompt", Answers.Sha256(picture)).File("image", picture);
        using var response = await PostAsync(Edits, form);
        Assert.Equal(200, (int)response.StatusCode);
    }
}
