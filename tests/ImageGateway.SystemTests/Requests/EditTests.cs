using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Requests;

public sealed class EditTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    private static readonly byte[] First = Pictures.Png(shade: 10);
    private static readonly byte[] Second = Pictures.Png(80, 40, shade: 20);
    private static readonly byte[] Mask = Pictures.Png(alpha: true, shade: 0);

    [Theory]
    [InlineData("openai/gpt-image-1", "gpt-image-1")]
    [InlineData("azure/img-std", null)]
    [InlineData("azure-v1/v1-std", "v1-std")]
    public async Task Several_images_stay_parts_of_their_own_and_arrive_byte_for_byte(string target, string? model)
    {
        using var form = Form.Edit(target).File("image[]", First, "one.png").File("image[]", Second, "two.png").File("mask", Mask, "mask.png").Field("quality", "low");
        using var response = await PostAsync(Edits, form);

        await response.ImagesAsync();
        Assert.Equal(
            [("image[]", "one.png", Answers.Sha256(First)), ("image[]", "two.png", Answers.Sha256(Second)), ("mask", "mask.png", Answers.Sha256(Mask))],
            OnlyCall.Files.Select(file => (file.Field, file.FileName, file.Sha256)));
        Assert.All(OnlyCall.Files, file => Assert.Equal("image/png", file.ContentType));
        Assert.Equal(model, OnlyCall.Fields.GetValueOrDefault("model"));
        Assert.Equal(("add a hat", "low"), (OnlyCall.Fields["prompt"], OnlyCall.Fields["quality"]));
    }

    [Theory]
    [InlineData("image")]
    [InlineData("image[]")]
    public async Task One_image_goes_as_image(string field)
    {
        using var form = Form.Edit().File(field, First);
        using var response = await PostAsync(Edits, form);

        await response.ImagesAsync();
        Assert.Equal("image", Assert.Single(OnlyCall.Files).Field);
        Assert.Equal("high", OnlyCall.Fields["quality"]);
    }

    [Fact]
    public async Task Repeated_plain_image_parts_are_several_images()
    {
        using var form = Form.Edit().File("image", First).File("image", Second);
        using var response = await PostAsync(Edits, form);

        await response.ImagesAsync();
        Assert.Equal([Answers.Sha256(First), Answers.Sha256(Second)], OnlyCall.Files.Select(file => file.Sha256));
        Assert.All(OnlyCall.Files, file => Assert.Equal("image[]", file.Field));
    }

    [Fact]
    public async Task Sixteen_images_are_accepted()
    {
        using var form = Form.Edit();
        foreach (var shade in Enumerable.Range(0, 16))
            form.File("image[]", Pictures.Png(shade: (byte)shade));
        using var response = await PostAsync(Edits, form);

        await response.ImagesAsync();
        Assert.Equal(Enumerable.Range(0, 16).Select(shade => Answers.Sha256(Pictures.Png(shade: (byte)shade))), OnlyCall.Files.Select(file => file.Sha256));
    }

    [Fact]
    public async Task Large_file_arrives_byte_for_byte()
    {
        var noise = new byte[9 * 1024 * 1024];
        new Random(7).NextBytes(noise);
        byte[] large = [.. Pictures.Png(1024, 1024), .. noise];
        using var form = Form.Edit().File("image", large);
        using var response = await PostAsync(Edits, form);

        await response.ImagesAsync();
        Assert.Equal((large.Length, Answers.Sha256(large)), OnlyCall.Files.Select(file => (file.Bytes, file.Sha256)).Single());
    }

    [Fact]
    public async Task Unknown_fields_and_files_arrive_unchanged()
    {
        using var form = Form.Edit().Field("complexity", "high ä€").Field("input_fidelity", "high").File("image", First).File("markup", Second, "notes.png");
        using var response = await PostAsync(Edits, form);

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal(("high ä€", "high"), (OnlyCall.Fields["complexity"], OnlyCall.Fields["input_fidelity"]));
        Assert.Contains(OnlyCall.Files, file => file is { Field: "markup", FileName: "notes.png" } && file.Sha256 == Answers.Sha256(Second));
    }

    [Theory]
    [InlineData("/openai/deployments/img-std/images/edits?api-version=2024-02-01")]
    [InlineData("/openai/deployments/gpt-image-1/images/edits")]
    public async Task Deployment_path_wins_over_the_model_of_the_form(string path)
    {
        using var form = Form.Edit("no-such-model").File("image", First);
        using var response = await PostAsync(path, form);

        await response.ImagesAsync();
        Assert.Equal("gpt-image-1", OnlyCall.Model);
        Assert.Equal("gpt-image-1", response.Header("x-gateway-model"));
    }

    [Fact]
    public async Task Json_edit_stays_json_for_openai()
    {
        using var response = await PostAsync(Edits, Json(JsonEdit("openai/gpt-image-1")));

        await response.ImagesAsync();
        Assert.StartsWith("application/json", OnlyCall.ContentType, StringComparison.Ordinal);
        CheckFiles("images[0]", "images[1]");
        Assert.Equal(("gpt-image-1", "high"), (OnlyCall.Fields["model"], OnlyCall.Fields["quality"]));
    }

    [Theory]
    [InlineData("azure/img-std", null)]
    [InlineData("azure-v1/v1-std", "v1-std")]
    public async Task Json_edit_becomes_a_form_for_azure(string target, string? model)
    {
        using var response = await PostAsync(Edits, Json(JsonEdit(target)));

        await response.ImagesAsync();
        Assert.StartsWith("multipart/form-data", OnlyCall.ContentType, StringComparison.Ordinal);
        CheckFiles("image[]", "image[]");
        Assert.Equal((model, "1"), (OnlyCall.Fields.GetValueOrDefault("model"), OnlyCall.Fields["n"]));
        Assert.DoesNotContain("images", OnlyCall.Fields.Keys);
    }

    [Fact]
    public async Task Json_edit_with_file_ids_never_reaches_azure_without_its_pictures()
    {
        var job = JsonEdit("azure/img-std");
        job["images"] = new JsonArray(new JsonObject { ["file_id"] = "file-1" }, Picture(Second));
        job.Remove("mask");
        using var response = await PostAsync(Edits, Json(job));

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Empty(Log.Calls);
    }

    [Fact]
    public async Task Json_edit_with_file_ids_goes_to_openai_as_it_is()
    {
        var job = JsonEdit("openai/gpt-image-1");
        job["images"] = new JsonArray(new JsonObject { ["file_id"] = "file-1" });
        job.Remove("mask");
        using var response = await PostAsync(Edits, Json(job));

        await response.ImagesAsync();
        Assert.Contains("file-1", OnlyCall.Fields["images"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edit_with_events_sends_the_edits_events()
    {
        using var form = Form.Edit().File("image", First).Field("stream", "true").Field("partial_images", "1");
        using var response = await PostAsync(Edits, form);

        var events = await Event.ReadAllAsync(await response.Content.ReadAsStreamAsync());
        Assert.Equal(["image_edit.partial_image", "image_edit.completed"], events.Select(item => item.Name));
        Assert.All(events, item => Schema.OpenAISchema.CheckEvent(item.Data, "image_edit"));
    }

    private static JsonObject JsonEdit(string model) => Job(job =>
    {
        job["model"] = model;
        job["n"] = 1;
        job["images"] = new JsonArray(Picture(First), Picture(Second));
        job["mask"] = Picture(Mask);
    });

    private static JsonObject Picture(byte[] png) => new() { ["image_url"] = $"data:image/png;base64,{Convert.ToBase64String(png)}" };

    private void CheckFiles(string first, string second) => Assert.Equal(
        [(first, Answers.Sha256(First)), (second, Answers.Sha256(Second)), ("mask", Answers.Sha256(Mask))],
        OnlyCall.Files.Select(file => (file.Field, file.Sha256)));
}
