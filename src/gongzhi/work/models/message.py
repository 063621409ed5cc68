"""Reminders, the message a person gets a day, outcomes for machines, their way out of the house, letters."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from gongzhi.engine.crypto import seal, unseal
from gongzhi.organisation.models import Person

CHANNELS = {"mail": "邮件", "hook": "网关", "unit": "结果回传"}
DELIVERY = {"waiting": "待发", "sent": "已发", "failed": "没有发出"}
WHY = {
    "SMTPRecipientsRefused": "收件地址被邮件服务器退回",
    "SMTPAuthenticationError": "邮件服务器不让登录",
    "SMTPSenderRefused": "邮件服务器不接受发件地址",
    "SMTPDataError": "邮件服务器不接受这封邮件",
    "SMTPServerDisconnected": "邮件服务器断开了连接",
    "ConnectionRefusedError": "连不上对方的服务器",
    "gaierror": "找不到对方的服务器",
    "URLError": "连不上对方的服务器",
    "TimeoutError": "对方的服务器没有应答",
    "HTTPError": "对方的系统没有接受",
    "NoSecret": "没有读到签名密钥",
}
"""Faults of a try by the name of their kind; nothing else is kept (their text may hold an address)."""
LETTERS = {"drafted": "待签发", "issued": "已签发", "withdrawn": "不发"}


class Told(models.Model):
    """One rung of a ladder, told once for one matter. `days` counts from the due day, before it negative."""

    matter = models.CharField(max_length=80)
    days = models.SmallIntegerField()
    on = models.DateField()
    people = models.PositiveSmallIntegerField()  # nobody holding the duty is worth knowing too

    class Meta:
        constraints = (models.UniqueConstraint(fields=["matter", "days"], name="told_once"),)

    def __str__(self) -> str:
        return f"{self.matter} {self.days:+d}"


class Message(models.Model):
    """All that a person is reminded of on one day: lines of text, each with the page that it opens."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    lines = models.JSONField(default=list)  # [[text, address], …]; never a personal value, never an amount
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-day", "-id")
        constraints = (models.UniqueConstraint(fields=["person", "day"], name="message_once_a_day"),)

    def __str__(self) -> str:
        return f"{self.person_id} {self.day}"


class Announcement(models.Model):
    """What a unit's own system is told of a thing it handed in: ids, states and counts, never a value."""

    unit = models.CharField(max_length=48)
    said = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.unit} {self.at}"


class Delivery(models.Model):
    """A message or an announcement on its way out by one channel. `nonce` is the same at every try.

    A message has several where lines joined it after it went out: each carries the lines from its first on.
    """

    message = models.ForeignKey(Message, null=True, on_delete=models.CASCADE, related_name="deliveries")
    announcement = models.ForeignKey(
        Announcement, null=True, on_delete=models.CASCADE, related_name="deliveries"
    )
    channel = models.CharField(max_length=8)
    first_line = models.PositiveIntegerField(default=0)
    nonce = models.CharField(max_length=32, unique=True)
    state = models.CharField(max_length=8, default="waiting")
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    error = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["message", "channel", "first_line"], name="delivery_once"),
            models.UniqueConstraint(fields=["announcement", "channel"], name="announcement_once"),
            models.CheckConstraint(
                condition=models.Q(message=None) ^ models.Q(announcement=None), name="delivery_of_one"
            ),
        )
        indexes = (models.Index(fields=["state", "next_at"], name="delivery_waiting"),)

    def __str__(self) -> str:
        return f"{self.channel} {self.message_id or self.announcement_id}"

    @property
    def day(self) -> dt.date:
        """The day that it is about."""
        if self.message:
            return self.message.day
        assert self.announcement is not None
        return timezone.localdate(self.announcement.at)

    @property
    def texts(self) -> list[str]:
        """What it says of its message: the lines from its first to where the next delivery begins."""
        assert self.message is not None
        later = Delivery.objects.filter(message=self.message, channel=self.channel)
        end = later.filter(first_line__gt=self.first_line).aggregate(first=models.Min("first_line"))["first"]
        return [text for text, _ in self.message.lines[self.first_line : end]]

    @property
    def unit(self) -> str:
        """The unit whose system is told; empty for what goes to a person."""
        return self.announcement.unit if self.announcement else ""

    @property
    def why(self) -> str:
        """Why the latest try failed, in words."""
        return WHY.get(self.error, "没有发出") if self.error else ""

    @property
    def channel_label(self) -> str:
        return CHANNELS[self.channel]

    @property
    def state_label(self) -> str:
        return DELIVERY[self.state]


class Address(models.Model):
    """Where a person wants reminders by mail; sealed, shown to nobody else."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="+", primary_key=True)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return str(self.person_id)

    def _place(self) -> bytes:
        return f"mail:{self.person_id}".encode()

    def keep(self, address: str) -> None:
        """Seal an address into this row."""
        self.sealed = seal(settings.KEYS.current("seal"), address.encode(), self._place())

    @property
    def mail(self) -> str:
        plain: Any = unseal(settings.KEYS, bytes(self.sealed), self._place())
        return bytes(plain).decode()


class Letter(models.Model):
    """A letter for the office to issue (催报函): drawn up anew while it is drafted, never after."""

    unit = models.CharField(max_length=48)
    day = models.DateField()
    template = models.CharField(max_length=48)
    matters = models.JSONField(default=list)  # the keys of what it lists
    title = models.CharField(max_length=120)
    salutation = models.CharField(max_length=120)
    paragraphs = models.JSONField(default=list)
    signature = models.CharField(max_length=120)
    state = models.CharField(max_length=10, default="drafted")
    number = models.CharField(max_length=24, blank=True)
    reason = models.CharField(max_length=300, blank=True)  # why it was not sent
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-day", "unit")
        constraints = (
            models.UniqueConstraint(
                fields=["number"], condition=~models.Q(number=""), name="letter_number_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} {self.unit}"

    @property
    def state_label(self) -> str:
        return LETTERS[self.state]
